"""One registry of reports: what a report says of its options is what its command takes and its function is given."""

from __future__ import annotations

import inspect
import sqlite3

import click
import pytest
import typer

from crpv_cli.commands.index import COMMANDS
from crpv_cli.definitions import choices
from crpv_cli.errors import UsageProblem
from crpv_cli.main import app, run
from crpv_cli.reports.exports import export_rows
from crpv_cli.reports.index import REPORTS, Report
from crpv_cli.reports.options import EXPLAIN, Option, codes

KNOWN = REPORTS | {name: entry for name, entry in COMMANDS.items() if isinstance(entry, Report)}
# The sheet of a centre is of another report: ``crpv report network`` asks for it itself. ``crpv report changes`` opens
# the registry as it was known, too.
OF_THE_COMMAND = {"network": {"centre", "full"}, "changes": {"known_from"}}
SHARED = ("format", "output", "force", "db", "known")
# Before the command or after it, and on every one.
SWITCHES = {"json", "quiet", "verbose", "no_color", "theme", "logo"}


def command_of(name: str) -> click.Command:
    command = typer.main.get_command(app)
    for part in ["report", name] if name in REPORTS else [name]:
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), part)
        assert found is not None
        command = found
    return command


@pytest.mark.parametrize("name", KNOWN)
def test_every_option_fills_a_parameter_and_every_parameter_has_an_option(name: str) -> None:
    compute, options = KNOWN[name].load()
    parameters = set(inspect.signature(compute).parameters) - {"connection", "findings", "earlier"}
    assert {option.name for option in options} - OF_THE_COMMAND.get(name, set()) == parameters


@pytest.mark.parametrize("name", KNOWN)
def test_a_command_takes_the_options_of_its_report_in_their_order(name: str) -> None:
    _compute, own = KNOWN[name].load()
    options = (*own, EXPLAIN) if KNOWN[name].explain else own
    taken = {one.name: one.opts for one in command_of(name).params if one.name not in SWITCHES}
    assert list(taken) == [*(option.name for option in options), *SHARED]
    assert {option.name: [option.typed] for option in options} == {n: o for n, o in taken.items() if n not in SHARED}


@pytest.mark.parametrize("name", KNOWN)
def test_an_option_is_required_where_its_parameter_is(name: str) -> None:
    required = {parameter.name for parameter in command_of(name).params if parameter.required}
    assert required == set()


def option(name: str, its: str) -> Option:
    return next(option for option in KNOWN[name].load()[1] if option.name == its)


def test_closed_lists_are_those_of_the_definitions() -> None:
    assert option("funding", "stage").choices == choices.STAGES
    assert codes(option("funding", "nature").choices) == (*codes(choices.NATURES), "unknown")
    assert codes(option("coverage", "measure").choices) == (*codes(choices.MEASURES), "departments")
    assert option("map", "measure") is option("coverage", "measure")


def test_each_name_of_export_is_of_one_report(demo: sqlite3.Connection) -> None:
    names = [report.export for report in REPORTS.values() if report.export]
    assert len(names) == len(set(names)) > 1
    for name in names:
        assert export_rows(demo, name, "2025-12-31").rows
    with pytest.raises(UsageProblem, match="no-such-report"):
        export_rows(demo, "no-such-report", None)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("evaluations --full --by centre", "--full and --by cannot be used together."),
        ("funding --year 2023 --to 2024", "--year and --from, --to cannot be used together."),
        ("funding --stage nowhere", "Write one of: requested, granted, paid."),
        ("activity --mission nothing", "The missions are: animation, capitalisation, skills, complementary."),
        ("evaluations --mission complementary", "The core missions are: animation, capitalisation, skills."),
        ("coverage --as-of 2023-02-30", "is not a date"),
        ("agreements --within 1201", "0<=x<=1200"),
    ],
)
def test_what_cannot_be_asked_is_said(
    arguments: str, said: str, demo_path: object, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run(["report", *arguments.split(), "--db", str(demo_path)])
    assert ended.value.code == 2
    assert said in " ".join(capsys.readouterr().err.split())
