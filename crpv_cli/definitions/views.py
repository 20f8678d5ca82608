"""What each view is and what its columns hold: for lists, exports, forms of the schema, help and the documentation.

Their SQL is in ``registry/queries/``, a file for each, whose columns a test holds against these. A view that is read in
SQL has amounts in euros, and 1 and 0 for yes and no; a list has them as any other list.
"""

from __future__ import annotations

from dataclasses import replace

from crpv_cli.definitions import choices
from crpv_cli.definitions.columns import Choice, Column, Kind
from crpv_cli.definitions.table import DEPARTMENT, Table
from crpv_cli.definitions.tables import TABLES
from crpv_cli.language import N_

__all__ = ["VIEWS"]


def _of(table: str, *names: str) -> tuple[Column, ...]:
    """Columns that a view takes from a table as they are."""
    return tuple(TABLES[table].column(name) for name in names)


def _known(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """Columns of rows that may have none of them."""
    return tuple(replace(column, required=False) for column in columns)


def _column(
    name: str, label: str, explanation: str, kind: Kind = Kind.TEXT, of: tuple[Choice, ...] = (), required: bool = False
) -> Column:
    return Column(name, label, kind, required, choices=of, explanation=explanation)


def _number(name: str, label: str, explanation: str, required: bool = False) -> Column:
    return _column(name, label, explanation, Kind.INTEGER, required=required)


def _decimal(name: str, label: str, explanation: str) -> Column:
    return _column(name, label, explanation, Kind.DECIMAL)


def _money(name: str, label: str, explanation: str) -> Column:
    return _column(name, label, explanation, Kind.MONEY)


def _flag(name: str, label: str, explanation: str, required: bool = False) -> Column:
    return _column(name, label, explanation, Kind.FLAG, required=required)


def _fictitious(explanation: str) -> Column:
    return Column("fictitious", N_("Fictitious"), Kind.FLAG, True, explanation=explanation, emphasis=True)


def _part(name: str, label: str, explanation: str, share: str) -> tuple[Column, ...]:
    """A figure, of how many it is a part, and its share of them."""
    return (
        _number(name, label, explanation),
        _number(f"{name}_total", N_("Of"), N_("Of how many.")),
        _column(f"{name}_share", share, N_("The one divided by the other."), Kind.PERCENT),
    )


_CENTRE = Column(
    "centre", N_("Centre id"), Kind.CODE, True, refers="centres", explanation=N_("Short name of the centre, its id.")
)
_SHORT_NAME = _column("short_name", N_("Centre"), N_("The name of the centre in common use."), required=True)
_WHOSE = (_CENTRE, _SHORT_NAME)
_YEAR = _column("year", N_("Year"), N_("The year."), Kind.YEAR, required=True)
_FUNDER = (
    Column(
        "funder",
        N_("Funder id"),
        Kind.CODE,
        True,
        refers="funders",
        explanation=N_("Short name of the funder, its id."),
    ),
    _column("funder_name", N_("Funder"), N_("Official name of the funder."), required=True),
)
_FUNDER_KIND = _column(
    "funder_kind",
    N_("Kind of funder"),
    N_("What the funder is: State, region, department, commune…"),
    Kind.CODE,
    choices.FUNDER_KINDS,
    required=True,
)
_SOURCE_TITLE = _column("source_title", N_("Title of the source"), N_("Title of the document or the data set."))
_OF_ITS_SOURCE = _fictitious(N_("Whether the source of the row is fictitious."))
_OF_ANY_SOURCE = _fictitious(N_("Whether any of it comes from a fictitious source."))
_OF_AN_EVALUATION = _fictitious(N_("Whether the evaluation is fictitious."))
_POSITION = _column(
    "position",
    N_("Position on the scale"),
    N_(
        "Where the rating stands on its scale, 0 the lowest and 1 the highest: the only thing that ratings on "
        "different scales may be compared by."
    ),
    Kind.PERCENT,
)
_DONE = (
    _decimal("half_days", N_("Half-days"), N_("Half-days in all; empty if they are not known.")),
    _number("actions", N_("Actions"), N_("How many actions; empty if not known.")),
    _number(
        "participants", N_("Participants"), N_("How many people took part, counted each time; empty if not known.")
    ),
)

_CENTRES = Table(
    name="v_centres",
    label=N_("Centres that exist"),
    about=N_("The centres that exist today, as `crpv list` shows them."),
    key=("id",),
    columns=(
        *_of("centres", "id", "name", "short_name", "legal_form", "carrier", "siren", "seat", "website"),
        *_of("centres", "opened", "closed", "successor"),
        _flag(
            "labelled",
            N_("Labelled"),
            N_("Whether it has the State's label today; empty where that is not known."),
        ),
        *_of("centres", "co_funded", "exemption_reason", "confidence", "source", "note"),
        _column("departments", N_("Perimeter"), N_("The departments that it serves today."), Kind.CODES),
        _money(
            "state_support",
            N_("State, programme 147"),
            N_("Subsidies of programme 147 granted, in euros, of the latest year for which they are known."),
        ),
        _column("state_support_year", N_("Year"), N_("The year of the State support."), Kind.YEAR),
        _number(
            "missions_evaluated",
            N_("Missions evaluated"),
            N_("How many core missions have ever been evaluated; empty if the registry holds no evaluation at all."),
        ),
        _number("core_missions", N_("Core missions"), N_("How many core missions there are.")),
        _fictitious(N_("Whether the centre, its State support or its evaluations are fictitious.")),
    ),
    screen=(
        *("short_name", "seat", "legal_form", "departments"),
        *("state_support", "state_support_year", "missions_evaluated"),
    ),
)
_COVERAGE = Table(
    name="v_coverage",
    label=N_("Coverage by department"),
    about=N_(
        "A row for each department: what it holds today, and who serves it. `crpv report coverage --by department`."
    ),
    key=("department",),
    columns=(
        DEPARTMENT,
        *_of("departments", "name", "region_code", "region_name"),
        _flag("overseas", N_("Overseas"), N_("Whether the department is overseas."), required=True),
        _column(
            "geography",
            N_("Geography"),
            N_("The list of neighbourhoods that its count of them follows: 2015 or 2024."),
            Kind.CODE,
            choices.GEOGRAPHIES,
        ),
        _number(
            "neighbourhoods",
            N_("Neighbourhoods"),
            N_("How many priority neighbourhoods it has; empty if that is not known."),
        ),
        _number("contracts", N_("City contracts"), N_("How many city contracts it has; empty if that is not known.")),
        _number(
            "inhabitants",
            N_("Inhabitants"),
            N_("How many inhabitants its priority neighbourhoods have; empty if that is not known."),
        ),
        _flag("covered", N_("Covered"), N_("Whether a centre that exists today serves it."), required=True),
        _column("centres", N_("Centres"), N_("The ids of the centres that serve it."), Kind.CODES),
        _column(
            "confidence",
            N_("Confidence"),
            N_("How sure it is that it is served: high, medium or low; empty if no centre serves it."),
            Kind.CODE,
            choices.CONFIDENCES,
        ),
        _flag(
            "labelled",
            N_("Labelled"),
            N_("Whether one of these centres has the State's label; empty if no label of theirs is known."),
        ),
        _fictitious(N_("Whether a count or a perimeter is fictitious.")),
    ),
    screen=("department", "name", "region_name", "neighbourhoods", "contracts", "covered", "centres", "confidence"),
)
_COVERAGE_TOTALS = Table(
    name="v_coverage_totals",
    label=N_("Coverage by measure"),
    about=N_(
        "A row for each measure: how much is covered today. `crpv report coverage`. A department that two centres "
        "serve counts once; one whose count is not known is left out."
    ),
    key=("measure",),
    columns=(
        _column(
            "measure",
            N_("Measure"),
            N_("Neighbourhoods, contracts, inhabitants, or departments with at least one neighbourhood."),
            Kind.CODE,
            choices.COVERED,
            required=True,
        ),
        _number("covered", N_("Covered"), N_("How many are covered.")),
        _number("high", N_("Of which of high confidence"), N_("What of it rests on high confidence alone.")),
        _number(
            "medium", N_("Of which of high or medium confidence"), N_("What of it rests on high or medium confidence.")
        ),
        _number(
            "labelled",
            N_("Of which by a labelled centre"),
            N_("What of it a labelled centre covers; empty if no label is known."),
        ),
        _number("total", N_("Total"), N_("How many there are.")),
        _number("uncovered", N_("Not covered"), N_("The total less what is covered.")),
        _column("share", N_("Share"), N_("What is covered, divided by the total."), Kind.PERCENT),
        _fictitious(N_("Whether any count or perimeter is fictitious.")),
    ),
    screen=("measure", "covered", "total", "share", "high", "medium"),
)
_FUNDING = Table(
    name="v_funding",
    label=N_("Funding with names"),
    about=N_(
        "The rows of the table `funding` up to this year, with names, and how much of each counts in sums. "
        "`crpv list funding`."
    ),
    key=TABLES["funding"].key,
    columns=(
        *_WHOSE,
        *_FUNDER,
        _FUNDER_KIND,
        *_of("funding", "year", "scheme", "stage", "amount"),
        _column(
            "scope",
            N_("Scope"),
            N_(
                "Of the State's money: `p147` (subsidies of programme 147), `posts` or `programmes` (all else); empty "
                "for other funders."
            ),
            Kind.CODE,
        ),
        _money(
            "counted",
            N_("Counted"),
            N_(
                "How much of it sums count, in euros: the same money counts once, whatever files it came in. Add up "
                "one stage only."
            ),
        ),
        _column(
            "part",
            N_("Why"),
            N_(
                "Why so much counts: `counted`; `repeated` (another row is the same money); `detailed` (a total of "
                "which the decisions count); `rest` (what a total has beyond its decisions)."
            ),
            Kind.CODE,
        ),
        *_of("funding", "level", "nature", "object", "reference", "source", "locator"),
        _SOURCE_TITLE,
        *_of("funding", "note"),
        _OF_ITS_SOURCE,
    ),
    screen=("short_name", "funder_name", "year", "scheme", "stage", "amount", "counted"),
)
_FUNDING_BY_CENTRE = Table(
    name="v_funding_by_centre",
    label=N_("Funding by centre and year"),
    about=N_(
        "A row for each centre and year in which it existed or received something: what is granted, as far as it is "
        "known. `crpv report funding --year YEAR`. An empty amount is not known: what open data shows is not the "
        "centres' whole budgets, and of most centres no local funding is known."
    ),
    key=("centre", "year"),
    columns=(
        *_WHOSE,
        _YEAR,
        _money("state_p147", N_("State, programme 147"), N_("The subsidies of the State's programme 147, in euros.")),
        _money(
            "state_programmes",
            N_("State, other programmes"),
            N_("What other programmes of the State grant, in euros."),
        ),
        _money("state_posts", N_("State, posts"), N_("Posts that the State pays, in euros.")),
        _money("state", N_("State"), N_("All that the State gives, in euros.")),
        _money(
            "local",
            N_("Local"),
            N_("What regions, departments, intercommunalities and communes give, in euros."),
        ),
        _money("other", N_("Other"), N_("What all others give, in euros.")),
        _money("total", N_("Total"), N_("All that is known, in euros.")),
        _money(
            "resources",
            N_("All resources"),
            N_("All that the centre receives in the year, in euros, if its budget is known."),
        ),
        _column(
            "state_share",
            N_("State share"),
            N_(
                "What the State gives, divided by all that the centre receives; empty unless both are known, and where "
                "more is granted than received."
            ),
            Kind.PERCENT,
        ),
        _flag("known", N_("Known"), N_("Whether any funding is known."), required=True),
        _OF_ANY_SOURCE,
    ),
    screen=("short_name", "year", "state_p147", "state_programmes", "state_posts", "local", "other", "total"),
)
_EVALUATION_LATEST = Table(
    name="v_evaluation_latest",
    label=N_("Latest evaluations"),
    about=N_(
        "A row for each centre open today and core mission: its latest evaluation. `crpv report evaluations`. Where a "
        "year has several, the one furthest from the centre's own view stands: external, then joint, then self."
    ),
    key=("centre", "mission"),
    columns=(
        *_WHOSE,
        *_of("evaluations", "mission"),
        _flag(
            "evaluated",
            N_("Evaluated"),
            N_("Whether it is evaluated; empty if the registry holds no evaluation at all."),
        ),
        *_known(_of("evaluations", "year", "kind", "rating", "scale")),
        _POSITION,
        *_of("evaluations", "evaluator", "evaluated_on", "summary", "recommendation", "source"),
        _fictitious(
            N_(
                "Whether the evaluation is fictitious; for a mission that is not evaluated, whether any evaluation in "
                "the registry is."
            )
        ),
    ),
    screen=("short_name", "mission", "evaluated", "year", "kind", "rating", "scale", "evaluator"),
)
_EVALUATION_SERIES = Table(
    name="v_evaluation_series",
    label=N_("Series of evaluations"),
    about=N_(
        "A row for each centre open today, core mission and year of which an evaluation is known: the series that "
        "`crpv report evaluations` draws. Where a year has several, the one furthest from the centre's own view stands."
    ),
    key=("centre", "mission", "year"),
    columns=(
        *_WHOSE,
        *_of("evaluations", "mission", "year"),
        _flag("latest", N_("Latest"), N_("Whether it is the latest of the centre and mission."), required=True),
        *_of("evaluations", "kind", "rating", "scale"),
        _POSITION,
        _column(
            "previous_year", N_("Year before"), N_("Year of the evaluation before it that has a rating."), Kind.YEAR
        ),
        _column("previous_rating", N_("Previous rating"), N_("The rating of that evaluation."), Kind.CODE),
        _column(
            "trend",
            N_("Trend"),
            N_(
                "Improving, stable or slipping since then: by the rating on one scale, by the position across two; "
                "empty where there is nothing to compare."
            ),
            Kind.CODE,
            choices.TRENDS,
        ),
        *_of("evaluations", "evaluator", "evaluated_on", "source"),
        _OF_AN_EVALUATION,
    ),
    screen=("short_name", "mission", "year", "kind", "rating", "scale", "previous_rating", "trend"),
)
_ACTIVITY = Table(
    name="v_activity",
    label=N_("Activity with names"),
    about=N_("The rows of the table `activities` up to this year, with names. `crpv list activities`."),
    key=TABLES["activities"].key,
    columns=(
        *_WHOSE,
        *_of("activities", "mission"),
        _column("mission_name_fr", N_("French name"), N_("Name of the mission in French."), required=True),
        _column("mission_name_en", N_("English name"), N_("Name of the mission in English."), required=True),
        *_of("activities", "year", "type", "theme", "mode", "audience", "half_days", "actions", "participants"),
        *_of("activities", "source"),
        _SOURCE_TITLE,
        *_of("activities", "note"),
        _OF_ITS_SOURCE,
    ),
    screen=("short_name", "mission", "year", "type", "theme", "mode", "half_days", "participants"),
)
_ACTIVITY_BY_CENTRE = Table(
    name="v_activity_by_centre",
    label=N_("Activity by centre and year"),
    about=N_(
        "A row for each centre and year in which it was open or reported something, of the years of which any activity "
        "is known. `crpv report activity --year YEAR`. A sum is empty where none of its rows gives the figure, as for "
        "a centre that has not reported: that is not 0."
    ),
    key=("centre", "year"),
    columns=(
        *_WHOSE,
        _YEAR,
        _flag(
            "reported",
            N_("Reported"),
            N_("Whether the centre has reported any activity of the year."),
            required=True,
        ),
        _decimal("animation", N_("Animation"), N_("Half-days of the mission `animation`.")),
        _decimal("skills", N_("Skills"), N_("Half-days of the mission `skills`.")),
        _decimal("capitalisation", N_("Capitalisation"), N_("Half-days of the mission `capitalisation`.")),
        _decimal("complementary", N_("Complementary"), N_("Half-days of complementary missions.")),
        *_DONE,
        _OF_ANY_SOURCE,
    ),
    screen=("short_name", "year", "reported", "half_days", "actions", "participants"),
)
_AGREEMENTS = Table(
    name="v_agreements",
    label=N_("Agreements and where they stand"),
    about=N_(
        "The agreements known today, and where they stand. `crpv report agreements`. One that is signed later is not "
        "known yet."
    ),
    key=TABLES["agreements"].key,
    columns=(
        *_WHOSE,
        *_FUNDER,
        replace(_FUNDER_KIND, name="kind"),
        *_of("agreements", "title", "starts_on", "ends_on"),
        _number("days_left", N_("Days left"), N_("Days from today to its last day, while it runs; empty otherwise.")),
        _column(
            "status",
            N_("Status"),
            N_(
                "Ended without successor, ending (within 12 months of the calendar), running, future, or ended where "
                "an agreement of the same centre and funder took over."
            ),
            Kind.CODE,
            choices.AGREEMENT_STATUSES,
            required=True,
        ),
        _flag(
            "renewed",
            N_("Renewed"),
            N_("Whether an agreement of the same centre and funder ends later, also one that is to come."),
        ),
        *_of("agreements", "amount", "reference", "source"),
        _OF_ITS_SOURCE,
    ),
    screen=("short_name", "funder_name", "title", "ends_on", "days_left", "status", "amount"),
)
_GOVERNANCE = Table(
    name="v_governance",
    label=N_("Who sits"),
    about=N_("Who sits today in which organ of which centre. `crpv list governance --as-of TODAY`."),
    key=TABLES["governance"].key,
    columns=(
        *_WHOSE,
        *_of("governance", "organ", "member", "member_kind", "role", "valid_from", "valid_to", "source"),
        _SOURCE_TITLE,
        *_of("governance", "note"),
        _OF_ITS_SOURCE,
    ),
    screen=("short_name", "organ", "member", "member_kind", "role"),
)
_NETWORK = Table(
    name="v_network",
    label=N_("The network in figures"),
    about=N_(
        "One row: the network in figures, today. `crpv report network`: a figure has the name that its JSON gives in "
        "`figure`, with underscores, and `_total` and `_share` beside it where it is a part of something. What the "
        "rules find is not there: `crpv check` finds."
    ),
    key=("as_of",),
    columns=(
        _column("as_of", N_("As of"), N_("The date of all figures."), Kind.DATE, required=True),
        _number("centres", N_("Centres"), N_("Centres that exist."), required=True),
        _number(
            "centres_labelled",
            N_("Labelled centres"),
            N_("Those that have the State's label; empty if no label is known."),
        ),
        _number("centres_overseas", N_("Centres overseas"), N_("Those that serve a department overseas.")),
        _number("neighbourhoods", N_("Priority neighbourhoods"), N_("How many priority neighbourhoods there are.")),
        *_part(
            "coverage_neighbourhoods",
            N_("Neighbourhoods covered"),
            N_("How many priority neighbourhoods are covered."),
            N_("Share of neighbourhoods covered"),
        ),
        *_part(
            "coverage_neighbourhoods_high",
            N_("Of which of high confidence"),
            N_("Covered neighbourhoods that rest on high confidence alone."),
            N_("Share of high confidence"),
        ),
        *_part(
            "coverage_neighbourhoods_medium",
            N_("Of which of high or medium confidence"),
            N_("Covered neighbourhoods that rest on high or medium confidence."),
            N_("Share of high or medium confidence"),
        ),
        *_part(
            "coverage_contracts",
            N_("City contracts covered"),
            N_("How many city contracts are covered."),
            N_("Share of city contracts covered"),
        ),
        *_part(
            "coverage_inhabitants",
            N_("Inhabitants covered"),
            N_("How many inhabitants of neighbourhoods are covered."),
            N_("Share of inhabitants covered"),
        ),
        *_part(
            "coverage_departments",
            N_("Departments covered"),
            N_("How many departments with a neighbourhood are covered."),
            N_("Share of departments covered"),
        ),
        _column(
            "funding_year",
            N_("Year of the money"),
            N_("The year the money is of: the latest that is over and of which State support is known."),
            Kind.YEAR,
        ),
        _money(
            "state_support",
            N_("State, programme 147"),
            N_("Subsidies of the State's programme 147 granted, in euros, as far as they are known."),
        ),
        _money(
            "state_programmes",
            N_("State, other programmes"),
            N_("What other programmes of the State grant, in euros."),
        ),
        _money("state_posts", N_("State, posts"), N_("Posts that the State pays, in euros.")),
        _money(
            "local_support",
            N_("Local"),
            N_("What regions, departments, intercommunalities and communes give, in euros."),
        ),
        _money("other_support", N_("Other"), N_("What all others give, in euros.")),
        _money("total_support", N_("Total"), N_("All that is known, in euros.")),
        replace(
            _column(
                "state_support_change",
                N_("Programme 147, change"),
                N_(
                    "Change of the subsidies of programme 147 on the year before, as a share, over the centres of "
                    "which both years are known."
                ),
                Kind.PERCENT,
            ),
            signed=True,
        ),
        _number(
            "state_support_change_centres",
            N_("Centres compared"),
            N_("How many centres the change is over."),
        ),
        *_part(
            "missions_evaluated",
            N_("Core missions evaluated"),
            N_("Core missions ever evaluated; empty if no evaluation is known at all."),
            N_("Share of missions evaluated"),
        ),
        _number(
            "centres_complete", N_("Centres evaluated in full"), N_("Centres all of whose core missions are evaluated.")
        ),
        _number("centres_complete_total", N_("Of"), N_("Of how many.")),
        _number(
            "missions_overdue",
            N_("Overdue"),
            N_("Missions whose evaluation is overdue, with a cycle of three years (the project's own default)."),
        ),
        _number(
            "missions_improving",
            N_("Better than before"),
            N_("Missions whose latest rating is better than the one before."),
        ),
        _number("missions_stable", N_("As before"), N_("Missions whose latest rating is the same as the one before.")),
        _number(
            "missions_slipping",
            N_("Worse than before"),
            N_("Missions whose latest rating is worse than the one before."),
        ),
        _column(
            "activity_year",
            N_("Year of the activity"),
            N_("The latest year that is over and of which activity is known, else the one that runs."),
            Kind.YEAR,
        ),
        *_DONE,
        _number("activity_reported", N_("Reported"), N_("Centres that have reported the year.")),
        _number("activity_centres", N_("Of"), N_("Centres open in the year of the activity.")),
        _number(
            "agreements_running",
            N_("Agreements running"),
            N_("Agreements that run; empty if no agreement is known at all."),
        ),
        _number("agreements_ending", N_("Ending"), N_("Agreements running that end within 12 months.")),
        _number("agreements_future", N_("Future"), N_("Agreements that are to start.")),
        _number("agreements_ended", N_("Ended"), N_("Agreements that ended.")),
        _number(
            "agreements_ended_without_successor",
            N_("Ended without successor"),
            N_("Agreements that ended and that nothing followed."),
        ),
        _money(
            "agreements_running_amount",
            N_("Amount of agreements running"),
            N_("What the agreements running commit over their whole terms, in euros, where that is known."),
        ),
        _OF_ANY_SOURCE,
    ),
    screen=(
        *("as_of", "centres", "coverage_neighbourhoods_share", "funding_year", "state_support"),
        *("missions_evaluated", "agreements_running"),
    ),
)

VIEWS: dict[str, Table] = {
    view.name: view
    for view in (
        _CENTRES,
        _COVERAGE,
        _COVERAGE_TOTALS,
        _FUNDING,
        _FUNDING_BY_CENTRE,
        _EVALUATION_LATEST,
        _EVALUATION_SERIES,
        _ACTIVITY,
        _ACTIVITY_BY_CENTRE,
        _AGREEMENTS,
        _GOVERNANCE,
        _NETWORK,
    )
}
"""The views by name, in the order of the documentation; each is a ``Table`` that cannot be loaded."""
