"""The options that stand before a command or after it: the root's help lists them, and every command takes them.

Of what is given twice, the later counts, which is the one nearer to the command.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from crpv_cli.language import N_, translate
from crpv_cli.output.streams import Manner

_BEFORE = "crpv_cli.before"
"""Where a context keeps what stands before the command that uses it."""

DB_HELP = N_("The registry; by default CRPV_DB, or else the one in your data folder.")
_JSON_HELP = N_("Short for --format json; errors are JSON too.")


def before_the_command() -> dict[str, Any]:
    """What was given of the options of a door before the command: ``db`` and ``format``."""
    context = click.get_current_context(silent=True)
    return dict(context.meta.get(_BEFORE, {})) if context else {}


def switches(command: click.Command) -> list[click.Option]:
    """Return the options that a group or a command takes beside its own: shown where they are not shown elsewhere."""
    names = {parameter.name for parameter in command.params}
    root, formatted = command.name == "crpv", "format" in names
    shown = {"db": root, "json": root or formatted}
    made: list[click.Option] = [
        _Switch(["--quiet", "-q"], is_flag=True, hidden=not root, callback=_quiet, help=translate(_QUIET)),
        _Switch(["--verbose", "-v"], is_flag=True, hidden=not root, callback=_verbose, help=translate(_VERBOSE)),
        _Switch(["--no-color"], is_flag=True, hidden=not root, callback=_plain, help=translate(_PLAIN)),
    ]
    asked = {"is_flag": True, "hidden": not shown["json"], "help": translate(_JSON_HELP)}
    made.insert(0, _Json(["--json"], **asked) if formatted else _Switch(["--json"], callback=_as_json, **asked))
    looks = (("theme", _theme, _THEME), ("logo", _logo, _LOGO)) if root or formatted else ()
    for name, callback, help_ in looks:
        made.append(
            _Switch(
                [f"--{name}"],
                type=click.Path(path_type=Path),
                metavar=translate(N_("FILE")),
                hidden=not root,
                callback=callback,
                help=translate(help_),
            )
        )
    if "db" not in names:
        made.insert(
            0,
            _Switch(
                ["--db"],
                type=click.Path(path_type=Path),
                metavar=translate(N_("FILE")),
                hidden=not shown["db"],
                callback=_db,
                help=translate(DB_HELP),
            ),
        )
    return made


def json_asked(arguments: Sequence[str]) -> bool:
    """Whether a program reads the answer, as the last option that says so: also of arguments that are wrong."""
    asked, taken = False, iter(arguments)
    for word in taken:
        if word == "--":
            break
        if word == "--json":
            asked = True
        elif word in {"-f", "--format"}:
            asked = next(taken, "") in _PROGRAMS
        elif word.startswith("--format=") or (word.startswith("-f") and len(word) > 2):
            asked = word.removeprefix("--format=").removeprefix("-f") in _PROGRAMS
    return asked


_JSON, _PROGRAMS = "json", {"json", "jsonl"}  # as text: the help of the root does without the formats
_QUIET = N_("No remarks and no progress; errors are still said.")
_VERBOSE = N_("Say what is read, how long it takes, and which SQL is run.")
_THEME = N_("A style sheet (CSS) of your own for pages and PDF, as with CRPV_THEME.")
_LOGO = N_("Your logo (SVG or PNG) at the head of pages and documents, as with CRPV_LOGO.")
_PLAIN = N_("No colour, as with NO_COLOR.")


class _Switch(click.Option):
    """An option that is no parameter of the command."""

    def __init__(self, names: Sequence[str], **given: Any) -> None:  # noqa: ANN401 - Click says no more of it
        super().__init__(names, expose_value=False, **given)


class _Json(_Switch):
    """``--json`` is ``--format json``: of both, the later one counts."""

    def add_to_parser(self, parser: Any, ctx: click.Context) -> None:  # noqa: ANN401 - Click names no type
        """Let the parser put the format where ``--format`` puts it."""
        parser.add_option(self, self.opts, dest="format", action="store_const", const=_JSON)


def _note(context: click.Context, **given: object) -> None:
    context.meta[_BEFORE] = {**context.meta.get(_BEFORE, {}), **given}


def _db(context: click.Context, _parameter: click.Parameter, value: Path | None) -> None:
    if value is not None:
        _note(context, db=value)


def _as_json(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        from crpv_cli.output.formats import Format

        _note(context, format=Format.JSON)


def _quiet(_context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        Manner.quiet, Manner.verbose = True, False


def _verbose(_context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        Manner.quiet, Manner.verbose = False, True


def _plain(_context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    Manner.plain = Manner.plain or value


def _theme(_context: click.Context, _parameter: click.Parameter, value: Path | None) -> None:
    Manner.theme = value or Manner.theme


def _logo(_context: click.Context, _parameter: click.Parameter, value: Path | None) -> None:
    Manner.logo = value or Manner.logo
