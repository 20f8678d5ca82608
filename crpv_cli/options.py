"""Options that several commands share: one name, one meaning, one help text everywhere."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from crpv_cli.errors import UsageProblem
from crpv_cli.language import msg
from crpv_cli.language import text as _
from crpv_cli.output.formats import Format
from crpv_cli.output.formats import names as format_names

__all__ = [
    "As",
    "AsOf",
    "Centre",
    "Cycle",
    "Db",
    "Department",
    "DryRun",
    "Force",
    "FormatOption",
    "Limit",
    "Output",
    "Profile",
    "Region",
    "Sort",
    "Within",
    "Year",
    "command_settings",
]


def iso_date(value: str | None) -> str | None:
    """Read a date as people type it; returns it in ISO form.

    Raises:
        typer.BadParameter: it is no date.
    """
    if value is None:
        return None
    parts = value.split("-") if "-" in value else value.split("/")[::-1]
    try:
        year, month, day = (int(part) for part in parts)
        if year < 1000:
            raise ValueError
        return date(year, month, day).isoformat()
    except ValueError:
        raise typer.BadParameter(_("“{value}” is not a date; write 2023-10-17 or 17/10/2023.", value=value)) from None


def date_or_year(value: str | None) -> str | None:
    """Read a date as people type it, or a year, which stands for its 31 December; returns it in ISO form.

    Raises:
        typer.BadParameter: it is neither.
    """
    if value is not None and len(value) == 4 and value.isascii() and value.isdigit():
        return f"{checked_year(value)}-12-31"
    return iso_date(value)


def year_number(value: str | None) -> int | None:
    """Return the year that ``checked_year`` let through."""
    return None if value is None else int(value)


def checked_year(value: str | None) -> str | None:
    """Check that a year is one.

    Raises:
        typer.BadParameter: it is no year.
    """
    if value is None:
        return None
    if not (len(value) == 4 and value.isascii() and value.isdigit() and 1970 <= int(value) <= 2100):
        raise typer.BadParameter(_("“{value}” is not a year between 1970 and 2100; write it as 2024.", value=value))
    return value


def names(value: str | None) -> tuple[str, ...]:
    """Read a list of names parted by commas."""
    return tuple(name.strip() for name in (value or "").split(",") if name.strip())


def delimiter(value: str | None) -> str | None:
    """Read a delimiter: the sign itself, or the word tab.

    Raises:
        typer.BadParameter: it is none of them.
    """
    if value is None:
        return None
    sign = "\t" if value.casefold() in {"tab", "\\t"} else value
    if sign not in {";", ",", "|", "\t"}:
        raise typer.BadParameter(_("The delimiter is one of ; , | or tab."))
    return sign


def check_profile(profile: str | None, table: str | None) -> None:
    """Check that a profile is there and sound, and that no table is named beside it.

    Raises:
        UsageProblem: a table is named as well, or no profile has that name.
        FileProblem: the file is missing or holds no profile.
    """
    if profile is None:
        return
    if table is not None:
        raise UsageProblem(msg("--as and --profile exclude each other."), msg("A profile names its table itself."))
    from crpv_cli.intake.profiles.shipped import load_profile

    load_profile(profile)


As = Annotated[
    str | None,
    typer.Option("--as", metavar=_("TABLE"), help=_("The table they belong to; found from the header otherwise.")),
]
Profile = Annotated[
    str | None,
    typer.Option(
        "--profile",
        metavar=_("PROFILE"),
        help=_("Read official files through this profile: its name, or a TOML file (see: crpv profiles)."),
    ),
]
Db = Annotated[
    Path | None,
    typer.Option(
        "--db",
        metavar=_("FILE"),
        help=_("The registry; by default CRPV_DB, or else the one in your data folder."),
    ),
]
FormatOption = Annotated[
    Format | None,
    typer.Option("--format", "-f", metavar=_("FORMAT"), help=f"{format_names()}."),
]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar=_("FILE"), help=_("Write to a file; its extension chooses the format.")),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help=_("Say what would happen and write nothing."))]
Force = Annotated[bool, typer.Option("--force", help=_("Write over a file that is there already."))]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of", metavar=_("DATE"), callback=iso_date, help=_("What was true on this date; today by default.")
    ),
]
Centre = Annotated[
    str | None, typer.Option("--centre", metavar=_("CENTRE"), help=_("Only this centre: its id or name."))
]
Cycle = Annotated[
    int | None,
    typer.Option(
        "--cycle",
        metavar=_("YEARS"),
        min=1,
        help=_("Years from one evaluation to the next; 3 by default, since no official cycle is known."),
    ),
]
Within = Annotated[
    int | None,
    typer.Option(
        "--within",
        metavar=_("MONTHS"),
        min=0,
        max=1200,
        help=_("An agreement ends soon if it does within so many months; 12 by default."),
    ),
]
Region = Annotated[
    str | None, typer.Option("--region", metavar=_("REGION"), help=_("Only this region: its code or name."))
]
Department = Annotated[
    str | None,
    typer.Option("--department", metavar=_("DEPARTMENT"), help=_("Only this department: its code or name.")),
]
Year = Annotated[
    str | None, typer.Option("--year", metavar=_("YEAR"), callback=checked_year, help=_("Only this year."))
]
Sort = Annotated[
    str | None,
    typer.Option("--sort", metavar=_("COLUMN"), help=_("Sort by a column; -COLUMN for the largest first.")),
]
Limit = Annotated[int | None, typer.Option("--limit", metavar=_("N"), min=1, help=_("At most this many rows."))]


def command_settings() -> dict[str, object]:
    """Settings of every command: ``-h`` as well as ``--help``."""
    return {"help_option_names": ["-h", "--help"]}
