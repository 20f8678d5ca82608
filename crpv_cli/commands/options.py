"""Options as Typer takes them: those of reports, and what several commands share; one name and one help text each."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date
from typing import Annotated, Any

import click
import typer

from crpv_cli.definitions.columns import Choice
from crpv_cli.errors import UsageProblem
from crpv_cli.language import text as _
from crpv_cli.language import translate
from crpv_cli.reports import options as asked
from crpv_cli.reports.options import Option, Takes

_ISO = re.compile(r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}")
_YEAR = re.compile(r"(?:ann[ée]e|exercice|year)\s+(?P<year>[0-9]{4})", re.IGNORECASE)


def iso_date(value: str, whole: bool = True) -> str:
    """Read a date as people type it; returns it in ISO form.

    Without ``whole``, a month or a year stands for its last day.

    Raises:
        typer.BadParameter: it is no date, or could be several.
    """
    if _ISO.fullmatch(value):
        with suppress(ValueError):
            return date.fromisoformat(value).isoformat()
    from crpv_cli.intake.days import typed_day
    from crpv_cli.intake.faults import Fault
    from crpv_cli.registry.queries import today

    try:
        return typed_day(value, today(), whole)
    except Fault as fault:
        if fault.code in {"not-a-date", "no-such-day"}:
            raise typer.BadParameter(
                _("“{value}” is not a date; write 2023-10-17 or 17/10/2023.", value=value)
            ) from None
        advice = fault.advice.text() if fault.advice else ""
        raise typer.BadParameter(f"{fault.message.text()} {advice}".rstrip()) from None


def date_or_year(value: str) -> str:
    """Read a date as people type it, or a month or a year, which stands for its last day; returns it in ISO form.

    Raises:
        typer.BadParameter: it is none of them.
    """
    if len(value) == 4 and value.isascii() and value.isdigit():
        return f"{year(value)}-12-31"
    return iso_date(value, whole=False)


def load_or_date(value: str) -> int | str:
    """Read the number of a load, or a date as people type it; returns a number, or a date in ISO form.

    Raises:
        typer.BadParameter: it is neither.
    """
    if value.isascii() and value.isdigit():
        return int(value)
    try:
        return iso_date(value, whole=False)
    except typer.BadParameter:
        raise typer.BadParameter(
            _("“{value}” is neither the number of a load nor a date; write 5, 2023-10-17 or 17/10/2023.", value=value)
        ) from None


def year(value: str) -> int:
    """Read a year.

    Raises:
        typer.BadParameter: it is no year.
    """
    found = _YEAR.fullmatch(value)
    value = found["year"] if found else value
    if not (len(value) == 4 and value.isascii() and value.isdigit() and 1970 <= int(value) <= 2100):
        raise typer.BadParameter(_("“{value}” is not a year between 1970 and 2100; write it as 2024.", value=value))
    return int(value)


class OneOf(click.Choice[str]):
    """A value of a closed list: help and completion show the stable words; those of both languages are understood."""

    def __init__(self, among: Sequence[Choice]) -> None:
        super().__init__([choice.code for choice in among])
        self.among = among

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the code of the value that is meant.

        Raises:
            click.BadParameter: none is, or it could be several.
        """
        if value in self.choices:
            return value
        from crpv_cli.definitions.named import choice_named

        try:
            return choice_named(value, self.among)
        except UsageProblem as problem:
            self.fail(f"{problem.message.text()} {problem.advice.text() if problem.advice else ''}", param, ctx)


_READ: dict[Takes, Callable[[str], int | str]] = {
    Takes.YEAR: year,
    Takes.DATE: iso_date,
    Takes.DATE_OR_YEAR: date_or_year,
    Takes.LOAD_OR_DATE: load_or_date,
}


def info(option: Option) -> Any:  # noqa: ANN401 - Typer says no more of it
    """Return an option as Typer takes it beside the type of its parameter."""
    read = _READ.get(option.takes)
    return typer.Option(
        option.typed,
        metavar=option.metavar and translate(option.metavar),
        help=translate(option.help),
        min=option.minimum,
        max=option.maximum,
        show_default=option.takes is not Takes.NUMBER,  # its help says why it is the default
        click_type=OneOf(option.choices) if option.choices else read and click.types.FuncParamType(read),
    )


def type_of(option: Option) -> type:
    """Return the type of what an option is read into."""
    return {Takes.FLAG: bool, Takes.NUMBER: int, Takes.YEAR: int}.get(option.takes, str)


AsOf = Annotated[str | None, info(asked.AS_OF)]
Centre = Annotated[str | None, info(asked.CENTRE)]
Cycle = Annotated[int | None, info(asked.CYCLE)]
Department = Annotated[str | None, info(asked.DEPARTMENT)]
Region = Annotated[str | None, info(asked.REGION)]
Year = Annotated[int | None, info(asked.YEAR)]

As = Annotated[
    str | None,
    typer.Option(
        "--as", metavar=_("TABLE"), help=_("The table they belong to; by default recognised from the header.")
    ),
]
Profile = Annotated[
    str | None,
    typer.Option(
        "--profile",
        metavar=_("PROFILE"),
        help=_("Read official files through this profile: its name, or a TOML file (see: crpv profiles)."),
    ),
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar=_("COLUMN=VALUE"),
        help=_("Give all rows a value in a column that the files lack: --set year=2023; repeatable."),
    ),
]
Paths = Annotated[
    list[str], typer.Argument(metavar=_("PATH..."), help=_("Files, folders of files, or - for standard input."))
]
DryRun = Annotated[bool, typer.Option("--dry-run", help=_("Show what would happen without writing anything."))]
Reopen = Annotated[
    bool,
    typer.Option(
        "--reopen", help=_("Write it even where it changes rows of closed years, which are open from then on.")
    ),
]
WithPeople = Annotated[
    bool,
    typer.Option("--with-people", help=_("With the names of the people who agreed to it, until their last day.")),
]
Public = Annotated[
    bool,
    typer.Option(
        "--public",
        help=_("Only what is for the public: no working tables, no names of people, no advice for whoever runs crpv."),
    ),
]
Limit = Annotated[int | None, typer.Option("--limit", metavar=_("N"), min=1, help=_("At most this many rows."))]
