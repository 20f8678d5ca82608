"""``crpv report``, and ``crpv map``: a command of each report of the registry of reports, as its options say."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import fields
from importlib import import_module
from typing import TYPE_CHECKING, Annotated

from crpv_cli.commands import options
from crpv_cli.commands.door import Door, with_shared
from crpv_cli.errors import UsageProblem
from crpv_cli.language import msg
from crpv_cli.reports.index import REPORTS
from crpv_cli.reports.options import EXPLAIN, Option, Takes

if TYPE_CHECKING:
    from crpv_cli.reports.index import Report

# Reports that are more than a question to the registry have a function of their own, which is given what was read.
_OWN = {"network": "crpv_cli.commands.network", "changes": "crpv_cli.commands.changes"}


def report_command(name: str, report: Report) -> Callable[..., None]:
    """Return what Typer makes the command of a report of."""
    compute, asked = report.load()
    own = import_module(_OWN[name]).answer if name in _OWN else None
    filled = inspect.signature(own or compute).parameters

    def answer(door: Door, explain: str | None = None, **given: object) -> None:
        from crpv_cli.reports.answering import arguments

        with door.reading() as connection:
            result = compute(connection, **arguments(connection, asked, given))
            if explain is not None:
                from crpv_cli.reports.explaining import explained
                from crpv_cli.result import Result

                assert isinstance(result, Result)
                result = explained(connection, name, result, explain)
        door.show(result)

    parameters = [_parameter(option, filled[option.name]) for option in asked]
    if report.explain is not None and (own is None or "explain" in filled):
        parameters.append(_parameter(EXPLAIN, inspect.signature(answer).parameters["explain"]))
    return with_shared(own or answer, parameters, maps=name == "map")


def explain_figure(door: Door, name: str, figure: str) -> None:
    """Show the rows behind a figure of a report as it is today, without any option.

    Raises:
        UsageProblem: the report has no such figure, or explains none.
    """
    report = REPORTS[name]
    if report.explain is None:
        raise UsageProblem(
            msg("The report {name} does not say what its figures are made of.", name=name),
            msg("These do: {names}.", names=[one for one, other in REPORTS.items() if other.explain]),
        )
    command = report_command(name, report)
    given = {one.name: one.default for one in inspect.signature(command).parameters.values()}
    if inspect.Parameter.empty in given.values() or "explain" not in given:
        raise UsageProblem(
            msg("The report {name} must be told what to compare.", name=name),
            msg("Ask it: crpv report {name} --help", name=name),
        )
    command(**{**given, **{part.name: getattr(door, part.name) for part in fields(door)}, "explain": figure})


def _parameter(option: Option, filled: inspect.Parameter) -> inspect.Parameter:
    type_ = options.type_of(option)
    annotation = Annotated[type_ if option.takes is Takes.FLAG else type_ | None, options.info(option)]  # type: ignore[valid-type]
    return filled.replace(annotation=annotation, default=None if option.name == "as_of" else filled.default)
