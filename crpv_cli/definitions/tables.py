"""The one definition of every table that can be loaded, listed and exported.

The registry's tables, the records that are read, forms, lists and documentation are built from it. Tables are in the
order in which they are loaded: a table comes after those it refers to.
"""

from __future__ import annotations

from dataclasses import replace

from crpv_cli.definitions import choices
from crpv_cli.definitions.columns import Column, Kind, Shape, Usual
from crpv_cli.definitions.table import (
    CENTRE,
    CONFIDENCE,
    DAYS,
    DEPARTMENT,
    LOCATOR,
    MISSION,
    NOTE,
    PAST,
    SOURCE,
    VALID_FROM,
    VALID_TO,
    YEARS,
    Other,
    Table,
    choice,
    code,
    count,
    day,
    flag,
    money,
    reference,
    slug,
    term,
    words,
    year,
)
from crpv_cli.language import N_

__all__ = ["TABLES", "Table"]

SOURCES = Table(
    name="sources",
    label=N_("Sources"),
    about=N_(
        "Where every row comes from: the document or the data set, its publisher, its licence and when it was read."
    ),
    key=("id",),
    columns=(
        slug(N_("Short name of the source, in lower case.")),
        words("title", N_("Title"), N_("Title of the document or the data set."), required=True),
        term("publisher", N_("Publisher"), N_("Who published it.")),
        Column(
            "published_on",
            N_("Published on"),
            Kind.PARTIAL_DATE,
            usual=Usual(1980, ahead=1),
            explanation=N_("Date of publication: a day, a month or a year."),
        ),
        words("licence", N_("Licence"), N_("Licence under which it may be reused.")),
        words("url", N_("Address"), N_("Where it can be read.")),
        day("consulted_on", N_("Consulted on"), N_("Day on which it was read."), usual=PAST),
        words("place", N_("Place in the document"), N_("Where in the document: a page, a table, a sheet.")),
        code(
            "sha256",
            N_("SHA-256 of the file"),
            N_("SHA-256 of the file that was read, in 64 small hexadecimal digits."),
            shape=Shape.SHA256,
        ),
        flag(
            "fictitious",
            N_("Fictitious"),
            N_("Yes for fictitious data: everything built on it says so."),
            emphasis=True,
        ),
    ),
    screen=("id", "title", "publisher", "published_on"),
    called=("title",),
)

DEPARTMENTS = Table(
    name="departments",
    label=N_("Departments"),
    about=N_("The departments and their regions, with the official codes of INSEE."),
    key=("code",),
    columns=(
        code("code", N_("Code"), N_("INSEE code, as text: 01, 2A, 971."), required=True, shape=Shape.DEPARTMENT),
        words("name", N_("Name"), N_("Name of the department."), required=True),
        code("region_code", N_("Region code"), N_("INSEE code of the region."), required=True),
        words("region_name", N_("Region"), N_("Name of the region."), required=True),
        SOURCE,
    ),
    screen=("code", "name", "region_code", "region_name"),
    called=("name",),
)

TERRITORY_COUNTS = Table(
    name="territory_counts",
    label=N_("Territory counts"),
    about=N_(
        "How many priority neighbourhoods, city contracts and inhabitants each department has, from a day to a day."
    ),
    key=("department", "measure", "valid_from"),
    columns=(
        DEPARTMENT,
        choice(
            "measure",
            N_("Measure"),
            choices.MEASURES,
            N_("What is counted: neighbourhoods, contracts or inhabitants."),
            required=True,
        ),
        choice(
            "geography",
            N_("Geography"),
            choices.GEOGRAPHIES,
            N_("The list of neighbourhoods that the count follows: 2015 or 2024."),
            required=True,
        ),
        count("value", N_("Value"), N_("How many neighbourhoods, contracts or inhabitants."), required=True),
        choice(
            "quality",
            N_("Quality"),
            choices.QUALITIES,
            N_("Whether the value is exact, a minimum, or that of the previous geography."),
            required=True,
        ),
        SOURCE,
        replace(VALID_FROM, explanation=N_("First day on which it is in force; empty means from the beginning.")),
        replace(VALID_TO, explanation=N_("Last day on which it is in force; empty if it still is.")),
        NOTE,
    ),
    screen=("department", "measure", "geography", "value", "quality", "valid_from", "valid_to"),
    periods=(("valid_from", "valid_to"),),
)

NEIGHBOURHOODS = Table(
    name="neighbourhoods",
    label=N_("Neighbourhoods"),
    about=N_("The priority neighbourhoods (QPV) of the official lists of 2015 and 2024, one by one."),
    key=("code",),
    columns=(
        code(
            "code",
            N_("Code"),
            N_("Official code: QP… in the 2015 geography, QN… in that of 2024."),
            required=True,
            shape=Shape.NEIGHBOURHOOD,
        ),
        words("name", N_("Name"), N_("Official name of the neighbourhood."), required=True),
        choice(
            "geography",
            N_("Geography"),
            choices.GEOGRAPHIES,
            N_("The official list it belongs to: that of 2015 or that of 2024."),
            required=True,
        ),
        DEPARTMENT,
        code(
            "communes",
            N_("Communes"),
            N_("INSEE codes of its communes, as text, separated by spaces: 01053 or 02571 02691."),
            shape=Shape.COMMUNE,
            many=True,
        ),
        words("commune_names", N_("Names of the communes"), N_("Names of its communes.")),
        code(
            "epci",
            N_("Intercommunality (SIREN)"),
            N_("SIREN of its intercommunality; several are separated by spaces."),
            shape=Shape.SIREN,
            many=True,
        ),
        words("epci_name", N_("Intercommunality"), N_("Name of its intercommunality.")),
        replace(
            VALID_FROM,
            explanation=N_("First day on which it is on the list; empty means the first day of its geography there."),
        ),
        replace(
            VALID_TO,
            explanation=N_("Last day on which it is on the list; empty means the last day of its geography there."),
        ),
        SOURCE,
        NOTE,
    ),
    screen=("code", "name", "department", "commune_names"),
    periods=(("valid_from", "valid_to"),),
    indexes=("department",),
    also=("neighborhoods", "quartiers prioritaires", "QPV"),
)

CONTRACTS = Table(
    name="contracts",
    label=N_("City contracts"),
    about=N_("The city contracts, with the intercommunality or commune that carries each."),
    key=("code",),
    columns=(
        code("code", N_("Code"), N_("Code of the city contract in the official list."), required=True),
        words("name", N_("Name"), N_("Name of the city contract."), required=True),
        words("holder", N_("Holder"), N_("The intercommunality or commune that carries it.")),
        code("holder_siren", N_("SIREN of the holder"), N_("SIREN of the holder."), shape=Shape.SIREN),
        DEPARTMENT,
        day(
            "signed_on",
            N_("Signed on"),
            N_("Day on which it was signed; empty if it is not, or not known."),
            usual=YEARS,
        ),
        replace(VALID_FROM, explanation=N_("First day of the contract; empty if not known.")),
        replace(VALID_TO, explanation=N_("Last day of the contract; empty if it has not ended.")),
        SOURCE,
        NOTE,
    ),
    screen=("code", "name", "holder", "department", "signed_on"),
    periods=(("valid_from", "valid_to"),),
    indexes=("department",),
)

CENTRES = Table(
    name="centres",
    label=N_("Centres"),
    about=N_(
        "The centres de ressources politique de la ville: what each is called, its legal form, its seat, and "
        "since when it exists."
    ),
    key=("id",),
    columns=(
        slug(N_("Short name of the centre, in lower case, which never changes.")),
        words("name", N_("Name"), N_("Official name of the centre."), required=True),
        words("short_name", N_("Short name"), N_("The name in common use."), required=True),
        choice(
            "legal_form",
            N_("Legal form"),
            choices.LEGAL_FORMS,
            N_("Association, GIP, carried by another body, or unknown."),
            required=True,
        ),
        words("carrier", N_("Carrier"), N_("The body that carries the centre, if one does.")),
        code("siren", N_("SIREN"), N_("SIREN of the centre, or of the body that carries it."), shape=Shape.SIREN),
        words("seat", N_("Seat"), N_("The commune where the centre has its seat.")),
        words("website", N_("Website"), N_("Address of the centre's site.")),
        Column(
            "opened",
            N_("Opened"),
            Kind.PARTIAL_DATE,
            usual=Usual(1980, ahead=10),
            explanation=N_("When the centre opened: a day, a month or a year; empty if not known."),
        ),
        Column(
            "closed",
            N_("Closed"),
            Kind.PARTIAL_DATE,
            usual=DAYS,
            explanation=N_("The last day, month or year in which it exists; empty if it has not closed."),
        ),
        reference("successor", N_("Successor"), "centres", N_("The centre that took over, if one did.")),
        flag(
            "co_funded",
            N_("Co-funded"),
            N_("Whether the State and local authorities fund the centre together."),
            required=True,
        ),
        words(
            "exemption_reason",
            N_("Reason for the exemption"),
            N_("Why the centre is not co-funded; required if it is not."),
            written=True,
        ),
        CONFIDENCE,
        SOURCE,
        NOTE,
    ),
    screen=("id", "short_name", "legal_form", "seat", "opened", "closed", "co_funded", "confidence"),
    called=("name", "short_name", "siren"),
    checks=(
        "co_funded = 1 or exemption_reason is not null",
        "successor is null or (closed is not null and successor <> id)",
        "opened is null or closed is null or substr(opened, 1, length(closed)) <= closed",
    ),
    moved=tuple((heading, "labels") for heading in ("label_from", "label_to", "Label depuis le", "Label jusqu'au")),
    also=("centers", "CRPV"),
)

CENTRE_STATES = Table(
    name="centre_states",
    label=N_("Former states of the centres"),
    about=N_("What a centre was before it changed: its name, legal form, carrier and seat until a day."),
    key=("centre", "valid_to"),
    columns=(
        CENTRE,
        day("valid_to", N_("Valid to"), N_("The last day on which all this was so."), required=True),
        words("name", N_("Name"), N_("Official name of the centre until then."), required=True),
        words("short_name", N_("Short name"), N_("The name in common use until then."), required=True),
        choice(
            "legal_form",
            N_("Legal form"),
            choices.LEGAL_FORMS,
            N_("Its legal form until then."),
            required=True,
        ),
        words("carrier", N_("Carrier"), N_("The body that carried it until then, if one did.")),
        code("siren", N_("SIREN"), N_("Its SIREN, or that of its carrier, until then."), shape=Shape.SIREN),
        words("seat", N_("Seat"), N_("The commune where it had its seat until then.")),
        SOURCE,
        NOTE,
    ),
    screen=("centre", "valid_to", "name", "legal_form", "carrier", "seat"),
    called=("name", "short_name", "siren"),
)

LABELS = Table(
    name="labels",
    label=N_("Labels"),
    about=N_("From which day to which the State has labelled a centre."),
    key=("centre", "valid_from"),
    columns=(
        CENTRE,
        replace(VALID_FROM, explanation=N_("First day of the label; empty means earlier than any source says.")),
        replace(VALID_TO, explanation=N_("Last day of the label; empty if it has not ended.")),
        words("act", N_("Act"), N_("The decision that gives it: its number or its title.")),
        flag("renewal", N_("Renewal"), N_("Yes if it renews an earlier label.")),
        SOURCE,
        NOTE,
    ),
    screen=("centre", "valid_from", "valid_to", "act", "renewal"),
    periods=(("valid_from", "valid_to"),),
    also=("labellisations",),
)

PERIMETERS = Table(
    name="perimeters",
    label=N_("Perimeters"),
    about=N_("Which departments each centre serves, from a day to a day."),
    key=("centre", "department", "valid_from"),
    columns=(CENTRE, DEPARTMENT, VALID_FROM, VALID_TO, CONFIDENCE, SOURCE, NOTE),
    screen=("centre", "department", "valid_from", "valid_to", "confidence", "source"),
    periods=(("valid_from", "valid_to"),),
    indexes=("department",),
)

CAMPAIGNS = Table(
    name="campaigns",
    label=N_("Collection campaigns"),
    about=N_("What each centre was asked for in a collection, and by when."),
    key=("year", "centre", "asked"),
    columns=(
        year(N_("Year that the centre is asked about.")),
        CENTRE,
        choice(
            "asked",
            N_("Asked for"),
            choices.ASKED,
            N_("What is asked for: the table that the answer goes into."),
            required=True,
        ),
        day("asked_on", N_("Asked on"), N_("Day on which the centre was asked; empty if not known."), usual=YEARS),
        day("due_on", N_("Due on"), N_("Last day on which the answer may come; empty if none was set."), usual=YEARS),
        words("contact", N_("Send back to"), N_("To whom the answer is sent back: a service and its address.")),
        SOURCE,
        NOTE,
    ),
    screen=("year", "centre", "asked", "asked_on", "due_on", "contact"),
    periods=(("asked_on", "due_on"),),
    # Who was asked for what, until when, and to which service it goes back: the correspondence of a collection.
    internal=True,
)

CONTACTS = Table(
    name="contacts",
    label=N_("Contact points"),
    about=N_("How to reach the centres: functional addresses, not a person's own."),
    key=("centre", "function"),
    columns=(
        CENTRE,
        term("function", N_("Function"), N_("What to write to it for: secretariat, director, network, press…"), True),
        words("email", N_("E-mail"), N_("A functional address, not a person's own.")),
        words("telephone", N_("Telephone"), N_("Telephone number.")),
        replace(words("person", N_("Person"), N_("A person's name, only with consent and a last day.")), personal=True),
        replace(flag("consent", N_("Consent"), N_("Yes if the person agreed to be named here.")), personal=True),
        VALID_FROM,
        VALID_TO,
        SOURCE,
        NOTE,
    ),
    screen=("centre", "function", "email", "telephone"),
    periods=(("valid_from", "valid_to"),),
    checks=("person is null or (consent = 1 and valid_to is not null)",),
)

FUNDERS = Table(
    name="funders",
    label=N_("Funders"),
    about=N_("The bodies that fund the centres: State, local authorities and others."),
    key=("id",),
    columns=(
        slug(N_("Short name of the funder, in lower case.")),
        term("name", N_("Name"), N_("Official name of the funder."), required=True),
        choice(
            "kind",
            N_("Kind"),
            choices.FUNDER_KINDS,
            N_("What the funder is: State, region, department, commune…"),
            required=True,
        ),
        code("siren", N_("SIREN"), N_("SIREN of the funder."), shape=Shape.SIREN),
        SOURCE,
        NOTE,
    ),
    screen=("id", "name", "kind", "siren"),
    called=("name", "siren"),
)

OTHER_FUNDER = Other(
    "funder",
    {
        "name": words(
            "other_funder",
            N_("Other funder"),
            N_("A funder that the list does not have: its official name. Leave the cell of the list empty then."),
        ),
        "kind": choice(
            "other_funder_kind",
            N_("Other funder: kind"),
            choices.FUNDER_KINDS,
            N_("What the other funder is: State, region, department, commune…"),
        ),
        "siren": code(
            "other_funder_siren",
            N_("Other funder: SIREN"),
            N_("SIREN of the other funder, if you know it."),
            shape=Shape.SIREN,
        ),
    },
)

FUNDING = Table(
    name="funding",
    label=N_("Funding"),
    about=N_(
        "The money of the centres, decision by decision: who asked for, granted or paid how much, in which "
        "year. Stages are never added up."
    ),
    key=("centre", "funder", "year", "scheme", "stage", "object", "reference", "locator", "source"),
    columns=(
        CENTRE,
        reference("funder", N_("Funder"), "funders", N_("The funder, by its name or its id."), required=True),
        year(N_("Year of the decision.")),
        term("scheme", N_("Scheme"), N_("Programme or scheme: P147, operating, project…")),
        choice(
            "stage", N_("Stage"), choices.STAGES, N_("Whether the amount is requested, granted or paid."), required=True
        ),
        money(
            "amount",
            N_("Amount"),
            1_000_000,
            N_("Amount in euros: 1234.50 or 1 234,50 €."),
            required=True,
            leap=20_000,
        ),
        words("object", N_("Object"), N_("What the money is for.")),
        choice(
            "level",
            N_("Level"),
            choices.LEVELS,
            N_("One decision, or the yearly total that a source gives instead; empty if the source does not say."),
        ),
        choice(
            "nature",
            N_("Nature"),
            choices.NATURES,
            N_("Core support of the missions, a project, a post, or something else; empty if not known."),
        ),
        words("reference", N_("Reference"), N_("Number of the decision or the agreement.")),
        SOURCE,
        LOCATOR,
        NOTE,
    ),
    screen=("centre", "funder", "year", "scheme", "stage", "amount", "object"),
    indexes=("year",),
    other=OTHER_FUNDER,
    also=("subventions", "grants"),
)

BUDGETS = Table(
    name="budgets",
    label=N_("Budgets"),
    about=N_("What a centre receives and spends in a year, and its staff."),
    key=("centre", "year", "status"),
    columns=(
        CENTRE,
        year(N_("Year of the budget.")),
        choice(
            "status",
            N_("Status"),
            choices.BUDGET_STATES,
            N_("A provisional budget or approved accounts."),
            required=True,
        ),
        Column(
            "resources",
            N_("Resources"),
            Kind.MONEY,
            minimum=0,
            usual=Usual(0, 5_000_000, leap=100_000),
            explanation=N_("All that the centre receives in the year, in euros; empty if not known."),
        ),
        Column(
            "expenditure",
            N_("Expenditure"),
            Kind.MONEY,
            minimum=0,
            usual=Usual(0, 5_000_000, leap=100_000),
            explanation=N_("All that it spends in the year, in euros; empty if not known."),
        ),
        Column(
            "fte",
            N_("Staff (FTE)"),
            Kind.DECIMAL,
            minimum=0,
            usual=Usual(0, 50),
            explanation=N_("Staff in full-time equivalents over the year; empty if not known."),
        ),
        SOURCE,
        NOTE,
    ),
    screen=("centre", "year", "status", "resources", "expenditure", "fte"),
)

MISSIONS = Table(
    name="missions",
    label=N_("Missions"),
    about=N_("The three core missions of the 2017 framework, and those that complement them."),
    key=("id",),
    columns=(
        slug(N_("Short name of the mission, in lower case.")),
        words("name_fr", N_("French name"), N_("Name of the mission in French."), required=True),
        words("name_en", N_("English name"), N_("Name of the mission in English."), required=True),
        flag(
            "core",
            N_("Core"),
            N_("Yes for the three core missions of the 2017 framework, which are evaluated."),
            required=True,
        ),
        SOURCE,
        NOTE,
    ),
    screen=("id", "name_fr", "name_en", "core"),
    called=("name_fr", "name_en"),
)

SCALES = Table(
    name="scales",
    label=N_("Rating scales"),
    about=N_("The scales on which missions are rated. No official one exists."),
    key=("id",),
    columns=(
        slug(N_("Short name of the scale, in lower case.")),
        words("name", N_("Name"), N_("Name of the scale, and who defined it."), required=True),
        Column("minimum", N_("Lowest"), Kind.DECIMAL, explanation=N_("Lowest rating, for a scale of numbers.")),
        Column("maximum", N_("Highest"), Kind.DECIMAL, explanation=N_("Highest rating, for a scale of numbers.")),
        words("levels", N_("Levels"), N_("For a scale of letters or words, from worst to best: D | C | B | A.")),
        flag("official", N_("Official"), N_("Whether an official text defines the scale.")),
        SOURCE,
        NOTE,
    ),
    screen=("id", "name", "minimum", "maximum", "levels", "official"),
    called=("name",),
    # "is true": a comparison with an unknown limit is unknown, which a check would accept.
    checks=("levels is not null or (minimum < maximum) is true",),
)

EVALUATIONS = Table(
    name="evaluations",
    label=N_("Evaluations"),
    about=N_(
        "How the missions of a centre were evaluated in a year: by whom, with which rating, and what is recommended."
    ),
    key=("centre", "mission", "year", "kind"),
    columns=(
        CENTRE,
        MISSION,
        year(N_("Year of activity that is evaluated.")),
        choice(
            "kind", N_("Evaluation"), choices.EVALUATION_KINDS, N_("Self, joint or external evaluation."), required=True
        ),
        reference("scale", N_("Scale"), "scales", N_("The rating scale, by its name or its id.")),
        code(
            "rating",
            N_("Rating"),
            N_("Rating on the scale; empty if the mission was evaluated without one."),
            shape=Shape.RATING,
        ),
        term("evaluator", N_("Evaluator"), N_("Who evaluated.")),
        day("evaluated_on", N_("Evaluated on"), N_("Day of the evaluation."), usual=PAST),
        words("summary", N_("Summary"), N_("What the evaluation found."), written=True),
        words("recommendation", N_("Recommendation"), N_("What the evaluation recommends."), written=True),
        SOURCE,
        NOTE,
    ),
    screen=("centre", "mission", "year", "kind", "rating", "scale", "evaluator"),
    checks=("rating is null or scale is not null",),
)

GOVERNANCE = Table(
    name="governance",
    label=N_("Governance"),
    about=N_("Which bodies sit in the organs of a centre, in which role, from a day to a day."),
    key=("centre", "organ", "member", "role", "valid_from"),
    columns=(
        CENTRE,
        choice(
            "organ",
            N_("Organ"),
            choices.ORGANS,
            N_("The body they sit on: assembly, board, bureau, steering committee…"),
            required=True,
        ),
        term(
            "member",
            N_("Member"),
            N_("The body that has the seat; name a person only where that is public."),
            required=True,
            prose=True,
        ),
        choice(
            "member_kind",
            N_("Kind of member"),
            choices.MEMBER_KINDS,
            N_("What the member is: State, region, commune, association…"),
            required=True,
        ),
        choice(
            "role",
            N_("Role"),
            choices.ROLES,
            N_("What the member does there: chair, treasurer, member, observer…"),
            required=True,
        ),
        VALID_FROM,
        VALID_TO,
        SOURCE,
        NOTE,
    ),
    screen=("centre", "organ", "member", "member_kind", "role", "valid_from", "valid_to"),
    periods=(("valid_from", "valid_to"),),
)

AGREEMENTS = Table(
    name="agreements",
    label=N_("Agreements"),
    about=N_("The agreements of a centre with its funders: from when to when, and for how much."),
    key=("centre", "funder", "starts_on", "reference"),
    columns=(
        CENTRE,
        reference(
            "funder",
            N_("Funder"),
            "funders",
            N_("The funder that signs; an agreement with several funders has one row for each."),
            required=True,
        ),
        words("title", N_("Title"), N_("What the agreement is called."), prose=True),
        day("starts_on", N_("Starts on"), N_("First day of the agreement."), required=True),
        day("ends_on", N_("Ends on"), N_("Last day of the agreement."), required=True),
        day("signed_on", N_("Signed on"), N_("Day on which it was signed."), usual=YEARS),
        Column(
            "amount",
            N_("Amount"),
            Kind.MONEY,
            minimum=0,
            usual=Usual(0, 5_000_000),
            explanation=N_("What this funder commits over the whole agreement, in euros; empty if not known."),
        ),
        words("reference", N_("Reference"), N_("Number of the agreement.")),
        SOURCE,
        NOTE,
    ),
    screen=("centre", "funder", "title", "starts_on", "ends_on", "amount"),
    periods=(("starts_on", "ends_on"),),
    other=OTHER_FUNDER,
)

ACTIVITIES = Table(
    name="activities",
    label=N_("Activity"),
    about=N_("What a centre did in a year, by mission, type, theme and audience: half-days, actions and participants."),
    key=("centre", "mission", "year", "type", "theme", "mode", "audience", "source"),
    columns=(
        CENTRE,
        MISSION,
        year(N_("Year of the activity.")),
        choice(
            "type",
            N_("Type"),
            choices.ACTIVITY_TYPES,
            N_("What was done: meeting, training, visit, support, publication…"),
            required=True,
        ),
        term("theme", N_("Theme"), N_("What it was about, in a few words; use the same ones every year.")),
        choice("mode", N_("Mode"), choices.MODES, N_("On site or remote; empty if it was both or is not known.")),
        choice(
            "audience",
            N_("Audience"),
            choices.AUDIENCES,
            N_("Who it was for; empty if it was for several audiences or is not known."),
        ),
        Column(
            "half_days",
            N_("Half-days"),
            Kind.DECIMAL,
            minimum=0,
            usual=Usual(0, 730, leap=50),
            explanation=N_("How many half-days of activity, 2.5 if need be; empty if not known."),
        ),
        count("actions", N_("Actions"), N_("How many actions; empty if not known."), most=1000),
        count(
            "participants",
            N_("Participants"),
            N_("How many people took part, counted each time; empty if not known."),
            most=20_000,
            leap=200,
        ),
        SOURCE,
        NOTE,
    ),
    screen=("centre", "mission", "year", "type", "theme", "mode", "half_days", "participants"),
    indexes=("year",),
)

MEETINGS = Table(
    name="meetings",
    label=N_("National meetings of the network"),
    about=N_("The national meetings of the network."),
    key=("starts_on", "title"),
    columns=(
        words("title", N_("Title"), N_("What the meeting is called."), required=True, prose=True),
        Column(
            "rank",
            N_("Rank"),
            Kind.INTEGER,
            minimum=1,
            usual=Usual(1, 60),
            explanation=N_("8 for the eighth; empty if not known."),
        ),
        day("starts_on", N_("Starts on"), N_("First day of the meeting."), required=True),
        day("ends_on", N_("Ends on"), N_("Last day; empty if it is one day.")),
        words("town", N_("Town"), N_("Where it was held.")),
        reference("host", N_("Host"), "centres", N_("The centre that received it, if one did.")),
        words("attendance", N_("Who came"), N_("Which centres, institutions and partners came."), prose=True),
        count("participants", N_("Participants"), N_("How many people came; empty if not known."), most=2000),
        CONFIDENCE,
        SOURCE,
        NOTE,
    ),
    screen=("rank", "title", "starts_on", "ends_on", "town", "host", "participants"),
    checks=("ends_on is null or starts_on <= ends_on",),
)

PROJECTS = Table(
    name="projects",
    label=N_("Joint projects"),
    about=N_("The projects that several centres carry together."),
    key=("id",),
    columns=(
        slug(N_("Short name of the project, in lower case.")),
        words("title", N_("Title"), N_("What the project is called."), required=True, prose=True),
        term("theme", N_("Theme"), N_("What it is about, in a few words.")),
        day("starts_on", N_("Starts on"), N_("First day of the project; empty if not known.")),
        day("ends_on", N_("Ends on"), N_("Last day of the project; empty if not known.")),
        SOURCE,
        NOTE,
    ),
    screen=("id", "title", "theme", "starts_on", "ends_on"),
    called=("title",),
    periods=(("starts_on", "ends_on"),),
)

PROJECT_PARTNERS = Table(
    name="project_partners",
    label=N_("Partners of joint projects"),
    about=N_("Which centres and other bodies take part in each joint project."),
    key=("project", "centre", "partner"),
    columns=(
        reference("project", N_("Project"), "projects", N_("The project, by its title or its id."), required=True),
        reference("centre", N_("Centre"), "centres", N_("A centre that takes part; empty for another partner.")),
        term("partner", N_("Partner"), N_("Another body that takes part; empty for a centre.")),
        term("role", N_("Role"), N_("What it does there: leads, pays, takes part…")),
        SOURCE,
        NOTE,
    ),
    screen=("project", "centre", "partner", "role"),
    checks=("(centre is null) <> (partner is null)",),
)

EXCEPTIONS = Table(
    name="exceptions",
    label=N_("Accepted exceptions"),
    about=N_("Findings of the checks that were accepted, with the written reason and until when."),
    key=("rule", "centre", "department"),
    columns=(
        code(
            "rule",
            N_("Rule"),
            N_("Id of the rule whose findings are accepted (see: crpv check --list)."),
            required=True,
            shape=Shape.SLUG,
        ),
        reference(
            "centre", N_("Centre"), "centres", N_("The centre; empty for a department or for the whole network.")
        ),
        replace(
            DEPARTMENT,
            required=False,
            explanation=N_("Code of the department; empty for a centre or for the whole network."),
        ),
        day("valid_from", N_("Valid from"), N_("Day from which it is accepted; empty means from the beginning.")),
        day("valid_to", N_("Valid to"), N_("Last day on which it is accepted."), required=True),
        words("reason", N_("Reason"), N_("The written reason why it is accepted."), required=True),
        words("accepted_by", N_("Accepted by"), N_("Who accepted it.")),
        SOURCE,
        NOTE,
    ),
    screen=("rule", "centre", "department", "valid_from", "valid_to", "reason", "accepted_by"),
    periods=(("valid_from", "valid_to"),),
    checks=("centre is null or department is null",),
    also=("dérogations",),
    # What is passed over in a check, why, and who accepted it: a decision of the house, often with a name.
    internal=True,
)

PUBLISHED_FIGURES = Table(
    name="published_figures",
    label=N_("Published figures"),
    about=N_(
        "Figures that institutions published of the network, as they published them; they are never mixed "
        "with computed ones."
    ),
    key=("id",),
    columns=(
        slug(N_("Short name of the figure, in lower case.")),
        code(
            "measure", N_("Measure"), N_("What the figure measures: coverage, centres, neighbourhoods…"), required=True
        ),
        Column("value", N_("Value"), Kind.DECIMAL, True, explanation=N_("The figure, as it was published.")),
        words("unit", N_("Unit"), N_("Unit of the figure."), required=True),
        day("as_of", N_("As of"), N_("The date the figure refers to."), required=True),
        SOURCE,
        NOTE,
    ),
    screen=("id", "measure", "value", "unit", "as_of", "source"),
)

CLOSURES = Table(
    name="closures",
    label=N_("Closed years"),
    about=N_("The years whose report was handed on, and the files that were."),
    key=("year", "rests_on", "document"),
    columns=(
        year(N_("The year that is closed.")),
        Column(
            "rests_on",
            N_("Rests on load"),
            Kind.INTEGER,
            True,
            minimum=0,
            grouped=False,
            explanation=N_("The last load that the report of the year rests on (see: crpv log)."),
        ),
        words("document", N_("File handed on"), N_("Name of a file handed on; empty for the year itself.")),
        code(
            "sha256",
            N_("SHA-256 of the file"),
            N_("SHA-256 of the file handed on, in 64 small hexadecimal digits."),
            shape=Shape.SHA256,
        ),
        day("closed_on", N_("Closed on"), N_("Day on which the year was closed, or the file added."), True, PAST),
        day(
            "reopened_on", N_("Reopened on"), N_("Day on which it was reopened; empty while it is closed."), usual=PAST
        ),
        NOTE,
    ),
    screen=("year", "rests_on", "document", "closed_on", "reopened_on", "note"),
    periods=(("closed_on", "reopened_on"),),
    checks=("document is null or reopened_on is null",),
    # Which files were handed on, and on which load they rest: the books of the house.
    internal=True,
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        SOURCES,
        DEPARTMENTS,
        TERRITORY_COUNTS,
        NEIGHBOURHOODS,
        CONTRACTS,
        CENTRES,
        CENTRE_STATES,
        LABELS,
        PERIMETERS,
        CAMPAIGNS,  # before what is asked for: a campaign and its answers may come in one load
        CONTACTS,
        FUNDERS,
        FUNDING,
        BUDGETS,
        MISSIONS,
        SCALES,
        EVALUATIONS,
        GOVERNANCE,
        AGREEMENTS,
        ACTIVITIES,
        MEETINGS,
        PROJECTS,
        PROJECT_PARTNERS,
        EXCEPTIONS,
        PUBLISHED_FIGURES,
        CLOSURES,
    )
}
