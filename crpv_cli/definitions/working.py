"""How a centre is governed and what it does: who sits, what is agreed, what was done, what is accepted."""

from __future__ import annotations

from crpv_cli.definitions import choices
from crpv_cli.definitions.columns import Column, Kind, Shape
from crpv_cli.definitions.table import Table, centre_column, note_column, source_column, year_column
from crpv_cli.language import N_

__all__ = ["ACTIVITIES", "AGREEMENTS", "EXCEPTIONS", "GOVERNANCE"]

GOVERNANCE = Table(
    name="governance",
    label=N_("Governance"),
    key=("centre", "organ", "member", "role", "valid_from"),
    columns=(
        centre_column(),
        Column(
            "organ",
            N_("Organ"),
            Kind.CODE,
            True,
            choices=choices.ORGANS,
            explanation=N_("Where they sit: assembly, board, bureau, steering committee…"),
        ),
        Column(
            "member",
            N_("Member"),
            required=True,
            prose=True,
            explanation=N_("The body that has the seat; name a person only where that is public."),
        ),
        Column(
            "member_kind",
            N_("Kind of member"),
            Kind.CODE,
            True,
            choices=choices.MEMBER_KINDS,
            explanation=N_("What the member is: State, region, commune, association…"),
        ),
        Column(
            "role",
            N_("Role"),
            Kind.CODE,
            True,
            choices=choices.ROLES,
            explanation=N_("What the member does there: chair, treasurer, member, observer…"),
        ),
        Column(
            "valid_from",
            N_("Valid from"),
            Kind.DATE,
            explanation=N_("First day; empty means earlier than any source says."),
        ),
        Column("valid_to", N_("Valid to"), Kind.DATE, explanation=N_("Last day; empty while it runs.")),
        source_column(),
        note_column(),
    ),
    screen=("centre", "organ", "member", "member_kind", "role", "valid_from", "valid_to"),
)

AGREEMENTS = Table(
    name="agreements",
    label=N_("Agreements"),
    key=("centre", "funder", "starts_on", "reference"),
    columns=(
        centre_column(),
        Column(
            "funder",
            N_("Funder"),
            Kind.CODE,
            True,
            refers="funders",
            explanation=N_("Id of the funder that signs; an agreement of several funders has a row for each."),
        ),
        Column("title", N_("Title"), prose=True, explanation=N_("What the agreement is called.")),
        Column("starts_on", N_("Starts on"), Kind.DATE, True, explanation=N_("First day of the agreement.")),
        Column("ends_on", N_("Ends on"), Kind.DATE, True, explanation=N_("Last day of the agreement.")),
        Column("signed_on", N_("Signed on"), Kind.DATE, explanation=N_("Day on which it was signed.")),
        Column(
            "amount",
            N_("Amount"),
            Kind.MONEY,
            minimum=0,
            explanation=N_("What this funder promises over the whole agreement, in euros; empty if not known."),
        ),
        Column("reference", N_("Reference"), explanation=N_("Number of the agreement.")),
        source_column(),
        note_column(),
    ),
    screen=("centre", "funder", "title", "starts_on", "ends_on", "amount"),
)

ACTIVITIES = Table(
    name="activities",
    label=N_("Activity"),
    key=("centre", "mission", "year", "type", "theme", "mode", "audience", "source"),
    columns=(
        centre_column(),
        Column("mission", N_("Mission"), Kind.CODE, True, refers="missions", explanation=N_("Id of the mission.")),
        year_column(N_("Year"), N_("Year of the activity.")),
        Column(
            "type",
            N_("Type"),
            Kind.CODE,
            True,
            choices=choices.ACTIVITY_TYPES,
            explanation=N_("What was done: meeting, training, visit, support, publication…"),
        ),
        Column("theme", N_("Theme"), explanation=N_("What it was about, in a few words, the same in every year.")),
        Column(
            "mode",
            N_("Mode"),
            Kind.CODE,
            choices=choices.MODES,
            explanation=N_("On site or remote; empty if it was both or is not known."),
        ),
        Column(
            "audience",
            N_("Audience"),
            Kind.CODE,
            choices=choices.AUDIENCES,
            explanation=N_("Whom it was for; empty if it was for several audiences or is not known."),
        ),
        Column(
            "half_days",
            N_("Half-days"),
            Kind.INTEGER,
            minimum=0,
            explanation=N_("How many half-days of activity; empty if not known."),
        ),
        Column(
            "actions", N_("Actions"), Kind.INTEGER, minimum=0, explanation=N_("How many actions; empty if not known.")
        ),
        Column(
            "participants",
            N_("Participants"),
            Kind.INTEGER,
            minimum=0,
            explanation=N_("How many people took part, each time counted; empty if not known."),
        ),
        source_column(),
        note_column(),
    ),
    screen=("centre", "mission", "year", "type", "theme", "mode", "half_days", "participants"),
)

EXCEPTIONS = Table(
    name="exceptions",
    label=N_("Accepted exceptions"),
    key=("rule", "centre", "department"),
    columns=(
        Column(
            "rule",
            N_("Rule"),
            Kind.CODE,
            True,
            shape=Shape.SLUG,
            explanation=N_("Id of the rule whose findings are accepted (see: crpv check --list)."),
        ),
        Column(
            "centre",
            N_("Centre"),
            Kind.CODE,
            refers="centres",
            explanation=N_("Id of the centre; empty for a department or for the whole network."),
        ),
        Column(
            "department",
            N_("Department"),
            Kind.CODE,
            refers="departments",
            shape=Shape.DEPARTMENT,
            explanation=N_("Code of the department; empty for a centre or for the whole network."),
        ),
        Column(
            "valid_from",
            N_("Valid from"),
            Kind.DATE,
            explanation=N_("Day from which it is accepted; empty means from the beginning."),
        ),
        Column("valid_to", N_("Valid to"), Kind.DATE, True, explanation=N_("Last day on which it is accepted.")),
        Column("reason", N_("Reason"), required=True, explanation=N_("Why it is accepted, in writing.")),
        Column("accepted_by", N_("Accepted by"), explanation=N_("Who accepted it.")),
        source_column(),
        note_column(),
    ),
    screen=("rule", "centre", "department", "valid_from", "valid_to", "reason", "accepted_by"),
)
