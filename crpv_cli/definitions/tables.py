"""The one definition of every table that a person can load, list and export.

The migrations carry the SQL that creates the tables; a test holds both together. Tables stand in the
order in which they are loaded: a table comes after those it refers to.
"""

from __future__ import annotations

from crpv_cli.definitions import choices
from crpv_cli.definitions.columns import Column, Kind, Shape
from crpv_cli.definitions.table import (
    Table,
    centre_column,
    confidence_column,
    department_column,
    id_column,
    note_column,
    siren_column,
    source_column,
    year_column,
)
from crpv_cli.definitions.working import ACTIVITIES, AGREEMENTS, EXCEPTIONS, GOVERNANCE
from crpv_cli.language import N_

__all__ = ["TABLES", "Table"]

SOURCES = Table(
    name="sources",
    label=N_("Sources"),
    key=("id",),
    columns=(
        id_column(N_("Short name of the source, in lower case.")),
        Column("title", N_("Title"), required=True, explanation=N_("Title of the document or the data set.")),
        Column("publisher", N_("Publisher"), explanation=N_("Who published it.")),
        Column(
            "published_on",
            N_("Published on"),
            Kind.PARTIAL_DATE,
            explanation=N_("Date of publication: a day, a month or a year."),
        ),
        Column("licence", N_("Licence"), explanation=N_("Licence under which it may be used again.")),
        Column("url", N_("Address"), explanation=N_("Where it can be read.")),
        Column(
            "fictitious",
            N_("Fictitious"),
            Kind.FLAG,
            explanation=N_("Yes for made-up data: whatever is built on it says so."),
            emphasis=True,
        ),
    ),
    screen=("id", "title", "publisher", "published_on"),
)

DEPARTMENTS = Table(
    name="departments",
    label=N_("Departments"),
    key=("code",),
    columns=(
        Column(
            "code",
            N_("Code"),
            Kind.CODE,
            True,
            shape=Shape.DEPARTMENT,
            explanation=N_("INSEE code, as text: 01, 2A, 971."),
        ),
        Column("name", N_("Name"), required=True, explanation=N_("Name of the department.")),
        Column("region_code", N_("Region code"), Kind.CODE, True, explanation=N_("INSEE code of the region.")),
        Column("region_name", N_("Region"), required=True, explanation=N_("Name of the region.")),
        source_column(),
    ),
    screen=("code", "name", "region_code", "region_name"),
)

TERRITORY_COUNTS = Table(
    name="territory_counts",
    label=N_("Territory counts"),
    key=("department", "measure", "geography"),
    columns=(
        department_column(),
        Column(
            "measure",
            N_("Measure"),
            Kind.CODE,
            True,
            choices=choices.MEASURES,
            explanation=N_("What is counted: neighbourhoods, contracts or inhabitants."),
        ),
        Column(
            "geography",
            N_("Geography"),
            Kind.CODE,
            True,
            choices=choices.GEOGRAPHIES,
            explanation=N_("The list of neighbourhoods that the count follows: 2015 or 2024."),
        ),
        Column(
            "value",
            N_("Value"),
            Kind.INTEGER,
            True,
            minimum=0,
            explanation=N_("How many neighbourhoods, contracts or inhabitants."),
        ),
        Column(
            "quality",
            N_("Quality"),
            Kind.CODE,
            True,
            choices=choices.QUALITIES,
            explanation=N_("Whether the value is exact, a minimum, or that of the previous geography."),
        ),
        source_column(),
        note_column(),
    ),
    screen=("department", "measure", "geography", "value", "quality"),
)

NEIGHBOURHOODS = Table(
    name="neighbourhoods",
    label=N_("Neighbourhoods"),
    key=("code",),
    columns=(
        Column(
            "code",
            N_("Code"),
            Kind.CODE,
            True,
            shape=Shape.NEIGHBOURHOOD,
            explanation=N_("Official code: QP… in the 2015 geography, QN… in that of 2024."),
        ),
        Column("name", N_("Name"), required=True, explanation=N_("Official name of the neighbourhood.")),
        Column(
            "geography",
            N_("Geography"),
            Kind.CODE,
            True,
            choices=choices.GEOGRAPHIES,
            explanation=N_("The official list it stands in: that of 2015 or that of 2024."),
        ),
        department_column(),
        Column(
            "communes",
            N_("Communes"),
            Kind.CODES,
            shape=Shape.COMMUNE,
            explanation=N_("INSEE codes of its communes, as text, parted by spaces: 01053 or 02571 02691."),
        ),
        Column("commune_names", N_("Names of the communes"), explanation=N_("Names of its communes.")),
        Column(
            "epci",
            N_("Intercommunality (SIREN)"),
            Kind.CODES,
            shape=Shape.SIREN,
            explanation=N_("SIREN of its intercommunality; several are parted by spaces."),
        ),
        Column("epci_name", N_("Intercommunality"), explanation=N_("Name of its intercommunality.")),
        source_column(),
        note_column(),
    ),
    screen=("code", "name", "department", "commune_names"),
)

CENTRES = Table(
    name="centres",
    label=N_("Centres"),
    key=("id",),
    columns=(
        id_column(N_("Short name of the centre, in lower case, which never changes.")),
        Column("name", N_("Name"), required=True, explanation=N_("Official name of the centre.")),
        Column("short_name", N_("Short name"), required=True, explanation=N_("The name people use.")),
        Column(
            "legal_form",
            N_("Legal form"),
            Kind.CODE,
            True,
            choices=choices.LEGAL_FORMS,
            explanation=N_("Association, GIP, carried by another body, or unknown."),
        ),
        Column("carrier", N_("Carrier"), explanation=N_("The body that carries the centre, if one does.")),
        siren_column(N_("SIREN of the centre, or of the body that carries it.")),
        Column("seat", N_("Seat"), explanation=N_("The commune where the centre sits.")),
        Column("website", N_("Website"), explanation=N_("Address of the centre's site.")),
        year_column(N_("Since"), N_("Year from which the centre is open; empty if not known."), "since", False),
        Column(
            "label_from",
            N_("Label from"),
            Kind.DATE,
            explanation=N_("First day of the State's label; empty if not known."),
        ),
        Column(
            "label_to",
            N_("Label to"),
            Kind.DATE,
            explanation=N_("Last day of the State's label; empty while it runs."),
        ),
        Column(
            "co_funded",
            N_("Co-funded"),
            Kind.FLAG,
            True,
            explanation=N_("Whether the State and local authorities fund the centre together."),
        ),
        Column(
            "exemption_reason",
            N_("Reason for the exemption"),
            explanation=N_("Why the centre is not co-funded; required if it is not."),
            written=True,
        ),
        confidence_column(),
        source_column(),
        note_column(),
    ),
    screen=("id", "short_name", "legal_form", "seat", "since", "co_funded", "confidence"),
)

PERIMETERS = Table(
    name="perimeters",
    label=N_("Perimeters"),
    key=("centre", "department", "valid_from"),
    columns=(
        centre_column(),
        department_column(),
        Column(
            "valid_from",
            N_("Valid from"),
            Kind.DATE,
            explanation=N_("First day; empty means earlier than any source says."),
        ),
        Column("valid_to", N_("Valid to"), Kind.DATE, explanation=N_("Last day; empty while it runs.")),
        confidence_column(),
        source_column(),
        note_column(),
    ),
    screen=("centre", "department", "valid_from", "valid_to", "confidence", "source"),
)

FUNDERS = Table(
    name="funders",
    label=N_("Funders"),
    key=("id",),
    columns=(
        id_column(N_("Short name of the funder, in lower case.")),
        Column("name", N_("Name"), required=True, explanation=N_("Official name of the funder.")),
        Column(
            "kind",
            N_("Kind"),
            Kind.CODE,
            True,
            choices=choices.FUNDER_KINDS,
            explanation=N_("What the funder is: State, region, department, commune…"),
        ),
        siren_column(N_("SIREN of the funder.")),
        source_column(),
        note_column(),
    ),
    screen=("id", "name", "kind", "siren"),
)

FUNDING = Table(
    name="funding",
    label=N_("Funding"),
    key=("centre", "funder", "year", "scheme", "stage", "purpose", "reference", "source"),
    columns=(
        centre_column(),
        Column("funder", N_("Funder"), Kind.CODE, True, refers="funders", explanation=N_("Id of the funder.")),
        year_column(N_("Year"), N_("Year of the decision.")),
        Column("scheme", N_("Scheme"), explanation=N_("Programme or scheme: P147, operating, project…")),
        Column(
            "stage",
            N_("Stage"),
            Kind.CODE,
            True,
            choices=choices.STAGES,
            explanation=N_("Whether the amount is requested, granted or paid."),
        ),
        Column("amount", N_("Amount"), Kind.MONEY, True, explanation=N_("Amount in euros: 1234.50 or 1 234,50 €.")),
        Column("purpose", N_("Purpose"), explanation=N_("What the money is for.")),
        Column("reference", N_("Reference"), explanation=N_("Number of the decision or the agreement.")),
        source_column(),
        note_column(),
    ),
    screen=("centre", "funder", "year", "scheme", "stage", "amount"),
)

MISSIONS = Table(
    name="missions",
    label=N_("Missions"),
    key=("id",),
    columns=(
        id_column(N_("Short name of the mission, in lower case.")),
        Column("name_fr", N_("French name"), required=True, explanation=N_("Name of the mission in French.")),
        Column("name_en", N_("English name"), required=True, explanation=N_("Name of the mission in English.")),
        Column(
            "core",
            N_("Core"),
            Kind.FLAG,
            True,
            explanation=N_("Yes for the three core missions of the 2017 framework, which are evaluated."),
        ),
        source_column(),
        note_column(),
    ),
    screen=("id", "name_fr", "name_en", "core"),
)

SCALES = Table(
    name="scales",
    label=N_("Rating scales"),
    key=("id",),
    columns=(
        id_column(N_("Short name of the scale, in lower case.")),
        Column("name", N_("Name"), required=True, explanation=N_("Name of the scale, and whose it is.")),
        Column("minimum", N_("Lowest"), Kind.DECIMAL, explanation=N_("Lowest rating, for a scale of numbers.")),
        Column("maximum", N_("Highest"), Kind.DECIMAL, explanation=N_("Highest rating, for a scale of numbers.")),
        Column(
            "levels",
            N_("Levels"),
            explanation=N_("For a scale of letters or words, from worst to best: D | C | B | A."),
        ),
        Column(
            "official",
            N_("Official"),
            Kind.FLAG,
            explanation=N_("Whether an official text lays the scale down."),
        ),
        source_column(),
        note_column(),
    ),
    screen=("id", "name", "minimum", "maximum", "levels", "official"),
)

EVALUATIONS = Table(
    name="evaluations",
    label=N_("Evaluations"),
    key=("centre", "mission", "year", "kind"),
    columns=(
        centre_column(),
        Column("mission", N_("Mission"), Kind.CODE, True, refers="missions", explanation=N_("Id of the mission.")),
        year_column(N_("Year"), N_("Year of activity that is evaluated.")),
        Column(
            "kind",
            N_("Evaluation"),
            Kind.CODE,
            True,
            choices=choices.EVALUATION_KINDS,
            explanation=N_("Self, joint or external evaluation."),
        ),
        Column("scale", N_("Scale"), Kind.CODE, refers="scales", explanation=N_("Id of the rating scale.")),
        Column(
            "rating",
            N_("Rating"),
            Kind.CODE,
            shape=Shape.RATING,
            explanation=N_("Rating on the scale; empty if the mission was evaluated without one."),
        ),
        Column("evaluator", N_("Evaluator"), explanation=N_("Who evaluated.")),
        Column("evaluated_on", N_("Evaluated on"), Kind.DATE, explanation=N_("Day of the evaluation.")),
        Column("summary", N_("Summary"), explanation=N_("What the evaluation found."), written=True),
        Column("recommendation", N_("Recommendation"), explanation=N_("What the evaluation advises."), written=True),
        source_column(),
        note_column(),
    ),
    screen=("centre", "mission", "year", "kind", "rating", "scale", "evaluator"),
)

PUBLISHED_FIGURES = Table(
    name="published_figures",
    label=N_("Published figures"),
    key=("id",),
    columns=(
        id_column(N_("Short name of the figure, in lower case.")),
        Column(
            "measure",
            N_("Measure"),
            Kind.CODE,
            True,
            explanation=N_("What the figure measures: coverage, centres, neighbourhoods…"),
        ),
        Column("value", N_("Value"), Kind.DECIMAL, True, explanation=N_("The figure, as it was published.")),
        Column("unit", N_("Unit"), required=True, explanation=N_("Unit of the figure.")),
        Column("as_of", N_("As of"), Kind.DATE, True, explanation=N_("The date the figure speaks of.")),
        source_column(),
        note_column(),
    ),
    screen=("id", "measure", "value", "unit", "as_of", "source"),
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        SOURCES,
        DEPARTMENTS,
        TERRITORY_COUNTS,
        NEIGHBOURHOODS,
        CENTRES,
        PERIMETERS,
        FUNDERS,
        FUNDING,
        MISSIONS,
        SCALES,
        EVALUATIONS,
        GOVERNANCE,
        AGREEMENTS,
        ACTIVITIES,
        EXCEPTIONS,
        PUBLISHED_FIGURES,
    )
}
