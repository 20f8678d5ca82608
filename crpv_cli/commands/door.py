"""The door of every command: the options that all share, the registry they open, and what they show."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crpv_cli import interrupts
from crpv_cli.commands.options import load_or_date
from crpv_cli.commands.switches import DB_HELP, before_the_command
from crpv_cli.errors import FileProblem
from crpv_cli.language import msg, translate
from crpv_cli.language import text as _
from crpv_cli.output import streams
from crpv_cli.output.formats import Format, names

if TYPE_CHECKING:
    import sqlite3

    from crpv_cli.registry.loading import LoadReport
    from crpv_cli.result import Dossier, Flow, Result


NOW = ("format", "output", "force", "db")
"""What commands take that write, or that are about the file: the registry as it is."""


@dataclass(frozen=True, slots=True)
class Door:
    """The options that say which registry is asked and where the answer goes."""

    format: Format | None = None
    output: Path | None = None
    force: bool = False
    db: Path | None = None
    known: int | str | None = None

    @contextmanager
    def reading(self, known: int | str | None = None) -> Iterator[sqlite3.Connection]:
        """Open the registry to read. On the default path only, a missing one is made first, and that is said.

        Args:
            known: a load, or an ISO date: the registry as it stood then; by default as ``--known`` says.

        Raises:
            RegistryProblem: it is missing, unreadable, or made by a newer program.
            UsageProblem: it cannot be shown as it stood then.
        """
        from crpv_cli.registry.connection import open_reading

        path = self._path()
        with ExitStack() as opened:
            connection = _told(opened.enter_context(open_reading(path, streams.say)), path)
            opened.enter_context(streams.step(msg("The registry was read")))
            known = self.known if known is None else known
            if known is not None:
                from crpv_cli.registry.known import as_known, load_known

                connection = opened.enter_context(as_known(connection, load_known(connection, known)))
                streams.traced(connection)
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Open the registry to write, as ``reading`` does.

        Raises:
            RegistryProblem: it is missing, unreadable, locked, or made by a newer program.
        """
        from crpv_cli.registry.connection import open_writing

        interrupts.will_write()
        path = self._path()
        with open_writing(path, streams.say) as connection, streams.step(msg("The registry was written to")):
            yield _told(connection, path)

    def answer(self, report: Callable[..., Result | Dossier], *asked: object) -> None:
        """Ask the registry and show what it answers."""
        with self.reading() as connection:
            result = report(connection, *asked)
        self.show(result)

    def pour(self, asking: Callable[..., AbstractContextManager[Flow]], *asked: object) -> None:
        """Ask the registry and show the rows that it answers as they come."""
        from crpv_cli.output.flow import show_flow

        with ExitStack() as opened:

            def ask() -> Flow:
                return opened.enter_context(asking(opened.enter_context(self.reading()), *asked))

            show_flow(ask, self.format, self.output, self.force)

    def show(self, result: Result | Dossier, default: Format = Format.TABLE, full: bool = False) -> None:
        """Print a result, or write it to the file that was named; on standard output in ``full``, if that is asked."""
        from crpv_cli.output.formats import show

        show(result, self.format, self.output, self.force, default, full)

    def show_found(self, report: LoadReport) -> None:
        """Print what a load found, or write it to the file that was named: what must not fail after the commit.

        Raises:
            FileProblem: it cannot be written, or nobody reads it; what was to be loaded is not.
        """
        from crpv_cli.output.loads import print_found

        try:
            print_found(report, self.format, self.output, self.force)
        except streams.NobodyReads:
            if report.load is None:
                raise
            raise FileProblem(
                msg("Nothing was loaded: the reader of standard output stopped before the result was written."),
                msg("Let it read to the end, or write the result to a file with -o."),
            ) from None

    def _path(self) -> Path:
        """Find the registry: made where it may be, or refused when it is opened."""
        from crpv_cli.registry import connection as registry

        path, by_default = registry.resolve_path(self.db)
        if by_default and not os.path.lexists(path):
            from crpv_cli.commands.new import make

            try:
                make(path, demo=False, empty=False)
            except FileExistsError:
                return path  # another command was faster
            streams.say(msg("A registry was made from the bundled reference data: {path}", path=path))
            interrupts.release()
        return path


def _told(connection: sqlite3.Connection, path: Path) -> sqlite3.Connection:
    """Tell those who want to know which registry was opened, and what it is asked."""
    if streams.Manner.verbose:
        from crpv_cli.registry.schema import SCHEMA_VERSION

        version = str(SCHEMA_VERSION)  # it was brought up to date
        streams.detail(msg("The registry: {path} (schema {version})", path=path.resolve(), version=version))
        streams.traced(connection)
    return connection


def _shared(output: str, maps: bool = False) -> dict[str, tuple[Any, Any]]:
    """The annotations and defaults of the options that fill a door."""
    return {
        "format": (
            Annotated[
                Format | None,
                typer.Option("--format", "-f", metavar=_("FORMAT"), help=f"{names(maps=maps)}."),
            ],
            None,
        ),
        "output": (Annotated[Path | None, typer.Option("--output", "-o", metavar=_("FILE"), help=output)], None),
        "force": (Annotated[bool, typer.Option("--force", help=_("Overwrite an existing file."))], False),
        "db": (
            Annotated[
                Path | None,
                typer.Option(
                    "--db",
                    metavar=_("FILE"),
                    help=translate(DB_HELP),
                ),
            ],
            None,
        ),
        "known": (
            Annotated[
                str | None,
                typer.Option(
                    "--known",
                    metavar=_("LOAD|DATE"),
                    parser=load_or_date,
                    help=_("What was known after this load, or at the end of this day (local time)."),
                ),
            ],
            None,
        ),
    }


def command(*shared: str, output: str = "") -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command its door as the first argument, and the options that fill it after its own ones.

    Args:
        shared: which of them it takes: those of ``NOW`` and ``known``; all by default.
        output: help of ``--output``, where it is not the usual one.
    """

    def give(function: Callable[..., None]) -> Callable[..., None]:
        _door, *own = inspect.signature(function, eval_str=True).parameters.values()
        return with_shared(function, own, shared, output)

    return give


def with_shared(
    function: Callable[..., None],
    own: list[inspect.Parameter],
    shared: tuple[str, ...] = (),
    output: str = "",
    maps: bool = False,
) -> Callable[..., None]:
    """Return what Typer makes a command of: ``function`` with a door, its own parameters and the shared ones.

    ``maps`` says that what it shows is a map, of which there are formats of its own.
    """
    known = _shared(output or _("Write to a file, whose extension chooses the format; - for standard output."), maps)
    names = shared or tuple(known)

    def run(**given: Any) -> None:  # noqa: ANN401 - what Typer read
        shared = {name: given.pop(name) for name in names}
        before = {name: value for name, value in before_the_command().items() if name in names}
        function(
            Door(
                **before | {name: value for name, value in shared.items() if value is not None and value is not False}
            ),
            **given,
        )

    kind = inspect.Parameter.KEYWORD_ONLY
    parameters = [
        *(parameter.replace(kind=kind) for parameter in own),
        *(inspect.Parameter(name, kind, annotation=known[name][0], default=known[name][1]) for name in names),
    ]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    run.__doc__ = function.__doc__
    return run
