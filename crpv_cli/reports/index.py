"""The reports by name, each imported when it is asked for: all that help, completion and ``export`` know of them."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from crpv_cli.language import N_

if TYPE_CHECKING:
    from crpv_cli.reports.options import Option
    from crpv_cli.result import Dossier, Result


class Report(NamedTuple):
    """A report: the module and the function that make it, its help and examples, and its name in ``export``, if any.

    ``explain`` is the module that says which rows its figures are made of, if one does; ``also`` are other words for
    it, which are understood and listed nowhere.
    The function takes a connection and what its module's ``OPTIONS`` name, in the order
    of the help.
    """

    module: str
    function: str
    about: str
    examples: str
    export: str | None = None
    explain: str | None = None
    also: tuple[str, ...] = ()

    def load(self) -> tuple[Callable[..., Result | Dossier], tuple[Option, ...]]:
        """Import the report; returns its function and its options."""
        module = import_module(f"crpv_cli.reports.{self.module}")
        return getattr(module, self.function), module.OPTIONS


REPORTS = {
    "network": Report(
        "network.report",
        "network",
        N_("The network on a date: one screen, or a page to share."),
        N_("Examples: crpv report network · crpv report network --as-of 2025-12-31 --compare-to 2023 -o report.html"),
        explain="network.explain",
        also=("réseau",),
    ),
    "coverage": Report(
        "coverage.report",
        "coverage",
        N_("Who covers what on a date, computed and published."),
        N_(
            "Examples: crpv report coverage --as-of 2023-10-17 · crpv report coverage --measure inhabitants --by region"
        ),
        "coverage",
        "coverage.explain",
        ("couverture",),
    ),
    "funding": Report(
        "funding.report",
        "funding",
        N_("Who funds the centres: State, local authorities and others, shares and change."),
        N_("Examples: crpv report funding --year 2023 · crpv report funding --by kind --from 2020 --to 2024"),
        "funding-by-centre",
        "funding.explain",
        ("financement", "financement par centre"),
    ),
    "evaluations": Report(
        "evaluations.report",
        "evaluation_summaries",
        N_("How the core missions are evaluated, and what changed since the previous evaluation."),
        N_("Examples: crpv report evaluations · crpv report evaluations --by mission · crpv report evaluations --full"),
        "evaluation-summaries",
        "evaluations.explain",
        ("évaluation", "synthèses d'évaluation", "synthèse des évaluations"),
    ),
    "activity": Report(
        "activity.report",
        "activity",
        N_("What the centres did: half-days and participants."),
        N_("Examples: crpv report activity --year 2024 · crpv report activity --by theme"),
        "activity-by-centre",
        "activity.explain",
        ("activité", "activité par centre"),
    ),
    "agreements": Report(
        "agreements.report",
        "agreements",
        N_("Which agreements run, end soon, or ended without successor."),
        N_("Examples: crpv report agreements · crpv report agreements --within 6 --status ending"),
        "agreements-by-status",
        "agreements.explain",
        ("convention", "conventions par statut"),
    ),
    "returns": Report(
        "returns.report",
        "returns",
        N_("What came back of a collection: who sent what, whether it is complete, and what is missing."),
        N_("Examples: crpv report returns · crpv report returns --by sheet · crpv report returns --centre oriv"),
        explain="returns.explain",
    ),
    "changes": Report(
        "changes.report",
        "changes",
        N_("What changed between two dates: territory, money, ratings."),
        N_("Examples: crpv report changes --from 2023-10-17 --to 2025 · crpv report changes --known-from 5"),
        explain="changes.explain",
        also=("changement", "évolution"),
    ),
}
