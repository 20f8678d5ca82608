"""The closed lists of values: each code is stable, each label is a message id."""

from __future__ import annotations

from crpv_cli.definitions.columns import Choice
from crpv_cli.language import N_

LEGAL_FORMS = (
    Choice("association", N_("association")),
    Choice("gip", N_("GIP")),
    Choice("carried", N_("carried")),
    Choice("unknown", N_("unknown")),
)
CONFIDENCES = (
    Choice("high", N_("high")),
    Choice("medium", N_("medium")),
    Choice("low", N_("low")),
)
FUNDER_KINDS = (
    Choice("state", N_("State")),
    Choice("region", N_("region")),
    Choice("department", N_("department")),
    Choice("intercommunality", N_("intercommunality (EPCI)")),
    Choice("commune", N_("commune")),
    Choice("public_bank", N_("public bank")),
    Choice("caf", N_("CAF")),
    Choice("landlord", N_("social landlord")),
    Choice("europe", N_("Europe")),
    Choice("members", N_("members")),
    Choice("other", N_("other")),
)
LOCAL_AUTHORITIES = ("region", "department", "intercommunality", "commune")
"""The kinds of funders, and of members of an organ, that are local authorities."""
STAGES = (
    Choice("requested", N_("requested")),
    Choice("granted", N_("granted")),
    Choice("paid", N_("paid")),
)
LEVELS = (
    Choice("decision", N_("decision")),
    Choice("yearly-total", N_("yearly total")),
)
NATURES = (
    Choice("core", N_("core support of the missions")),
    Choice("project", N_("project")),
    Choice("post", N_("post")),
    Choice("other", N_("other")),
)
BUDGET_STATES = (
    Choice("provisional", N_("provisional")),
    Choice("approved", N_("approved")),
)
MEASURES = (
    Choice("neighbourhoods", N_("neighbourhoods")),
    Choice("contracts", N_("contracts")),
    Choice("inhabitants", N_("inhabitants")),
)
COVERED = (*MEASURES, Choice("departments", N_("departments")))
"""What coverage is measured in: a department counts for one if it has a neighbourhood."""
GEOGRAPHIES = (
    Choice("2015", N_("2015 geography")),
    Choice("2024", N_("2024 geography")),
)
QUALITIES = (
    Choice("exact", N_("exact")),
    Choice("minimum", N_("at least")),
    Choice("previous-geography", N_("previous geography")),
)
EVALUATION_KINDS = (
    Choice("self", N_("self")),
    Choice("joint", N_("joint")),
    Choice("external", N_("external")),
)
# Governance is shared between the State and local authorities; the other members are those of an association or a GIP.
ORGANS = (
    Choice("assembly", N_("general assembly")),
    Choice("board", N_("board")),
    Choice("bureau", N_("bureau")),
    Choice("steering", N_("steering committee")),
    Choice("scientific", N_("scientific council")),
    Choice("other", N_("other")),
)
MEMBER_KINDS = (
    *FUNDER_KINDS[:8],
    Choice("association", N_("association")),
    Choice("academic", N_("academic")),
    Choice("residents", N_("residents")),
    Choice("person", N_("qualified person")),
    Choice("other", N_("other")),
)
ROLES = (
    Choice("chair", N_("chair")),
    Choice("vice-chair", N_("vice-chair")),
    Choice("treasurer", N_("treasurer")),
    Choice("secretary", N_("secretary")),
    Choice("member", N_("member")),
    Choice("observer", N_("observer")),
    Choice("director", N_("director")),
)
ACTIVITY_TYPES = (
    Choice("meeting", N_("meeting")),
    Choice("working-group", N_("working group")),
    Choice("training", N_("training")),
    Choice("visit", N_("visit")),
    Choice("support", N_("support")),
    Choice("study", N_("study")),
    Choice("publication", N_("publication")),
    Choice("other", N_("other")),
)
MODES = (
    Choice("on-site", N_("on site")),
    Choice("remote", N_("remote")),
)
AUDIENCES = (
    Choice("elected-officials", N_("elected officials")),
    Choice("project-managers", N_("project managers")),
    Choice("local-staff", N_("local-authority staff")),
    Choice("state-services", N_("State delegates and services")),
    Choice("landlords", N_("social landlords")),
    Choice("associations", N_("association leaders")),
    Choice("citizen-councils", N_("citizen councils")),
    Choice("academics", N_("academics")),
    Choice("planning-agencies", N_("planning agencies")),
    Choice("chambers", N_("chambers")),
    Choice("residents", N_("residents")),
    Choice("other", N_("other")),
)
# The label of a geography, for titles.
GEOGRAPHY_LABELS = {choice.code: choice.label for choice in GEOGRAPHIES}

# Missions are data, so that a framework can change; these are the words that people read for the known ones.
MISSIONS = (
    Choice("animation", N_("animation")),
    Choice("skills", N_("skills")),
    Choice("capitalisation", N_("capitalisation")),
    Choice("complementary", N_("complementary")),
)


def mission_label(mission: str) -> str:
    """The label of a mission; one of a later framework has its id."""
    return next((choice.label for choice in MISSIONS if choice.code == mission), mission)
