"""The closed lists of values: each code is stable, each label is a message id, other words are read as the value."""

from __future__ import annotations

from crpv_cli.definitions.columns import Choice
from crpv_cli.language import N_


def _agreeing(*words: str) -> tuple[str, ...]:
    """French participles in their four forms: versé, versée, versés, versées."""
    return tuple(word + ending for word in words for ending in ("", "e", "s", "es"))


# What people and spreadsheets write for yes and no, in small letters.
YES = ("yes", "y", "oui", "o", "true", "vrai", "1", "1.0", "x", "\u2713", "\u2714", "\u2714\ufe0f", "\u2611", "\u2705")
NO = ("no", "n", "non", "false", "faux", "0", "0.0", "\u2717", "\u2718", "\u274c", "\u2610")

# Each list has other words for its values beside them, in both languages: each is a word for one of the list alone.
LEGAL_FORMS = (
    Choice("association", N_("association"), ("associations", "asso", "association loi 1901", "loi 1901")),
    Choice("gip", N_("GIP"), ("groupement d'intérêt public",)),
    Choice(
        "carried",
        N_("carried"),
        (*_agreeing("porté"), "structure portée", "carried by another body", "portée par un autre organisme"),
    ),
    Choice("unknown", N_("unknown"), (*_agreeing("inconnu", "non connu"), "not known", "NC", "n.c.", "ND", "n.d.")),
)
CONFIDENCES = (
    Choice("high", N_("high"), _agreeing("élevé", "fort", "haut")),
    Choice("medium", N_("medium"), ("moyen", "moyens", "moyennes")),
    Choice("low", N_("low"), ("faibles", "bas", "basse", "basses")),
)
FUNDER_KINDS = (
    Choice(
        "state",
        N_("State"),
        (
            "l'État",
            "services de l'État",
            "préfecture",
            "préfectures",
            "préfecture de région",
            "ministère",
            "ministères",
        ),
    ),
    Choice("region", N_("region"), ("régions", "conseil régional", "conseils régionaux", "regional council")),
    Choice(
        "department",
        N_("department"),
        ("départements", "conseil départemental", "conseils départementaux", "conseil général"),
    ),
    Choice(
        "intercommunality",
        N_("intercommunality (EPCI)"),
        (
            "intercommunality",
            "intercommunalité",
            "intercommunalités",
            "interco",
            "EPCI",
            "métropole",
            "métropoles",
            "agglomération",
            "agglo",
            "communauté d'agglomération",
            "communauté urbaine",
            "communauté de communes",
        ),
    ),
    Choice(
        "commune",
        N_("commune"),
        ("communes", "ville", "villes", "mairie", "mairies", "municipalité", "municipality", "town", "city"),
    ),
    Choice(
        "public_bank",
        N_("public bank"),
        (
            "banques publiques",
            "Banque des Territoires",
            "Caisse des Dépôts",
            "CDC",
            "Caisse des dépôts et consignations",
        ),
    ),
    Choice("caf", N_("CAF"), ("CAFs", "caisse d'allocations familiales", "caisses d'allocations familiales")),
    Choice(
        "landlord",
        N_("social landlord"),
        ("landlords", "social landlords", "bailleur", "bailleurs", "bailleurs sociaux", "organisme HLM", "HLM", "OPH"),
    ),
    Choice(
        "europe", N_("Europe"), ("UE", "EU", "Union européenne", "European Union", "fonds européens", "FSE", "FEDER")
    ),
    Choice(
        "members", N_("members"), ("adhérent", "adhésion", "adhésions", "cotisation", "cotisations", "membership fees")
    ),
    Choice("other", N_("other"), ("autres", "divers", "others")),
)
LOCAL_AUTHORITIES = ("region", "department", "intercommunality", "commune")
"""The kinds of funders, and of members of an organ, that are local authorities."""
STAGES = (
    Choice(
        "requested",
        N_("requested"),
        (*_agreeing("demandé", "sollicité"), "demande", "montant demandé", "request", "asked"),
    ),
    Choice(
        "granted",
        N_("granted"),
        (
            *_agreeing("accordé", "attribué", "octroyé", "alloué", "notifié", "voté"),
            "attribution",
            "montant accordé",
            "montant attribué",
            "awarded",
        ),
    ),
    Choice(
        "paid",
        N_("paid"),
        (
            *_agreeing("versé", "payé", "réglé", "perçu", "encaissé"),
            "versement",
            "paiement",
            "payment",
            "montant versé",
        ),
    ),
)
LEVELS = (
    Choice("decision", N_("decision"), ("décisions", "par décision", "individuelle", "individual")),
    Choice(
        "yearly-total",
        N_("yearly total"),
        ("total", "annual total", "yearly", "annuel", "cumul annuel", "total par an", "aggregate", "agrégat"),
    ),
)
NATURES = (
    Choice(
        "core",
        N_("core support of the missions"),
        (
            "core support",
            "missions socles",
            "missions socle",
            "socle",
            "fonctionnement",
            "subvention de fonctionnement",
            "operating",
        ),
    ),
    Choice(
        "project",
        N_("project"),
        ("projects", "projets", "action", "actions", "appel à projets", "subvention de projet"),
    ),
    Choice(
        "post",
        N_("post"),
        ("posts", "postes", "emploi", "emplois", "ETP", "FONJEP", "poste FONJEP", "adulte-relais", "adultes-relais"),
    ),
    Choice("other", N_("other"), ("autres", "divers", "others")),
)
BUDGET_STATES = (
    Choice(
        "provisional",
        N_("provisional"),
        ("prévisionnelle", "prévisionnels", "prévision", "budget prévisionnel", "budget primitif", "BP", "forecast"),
    ),
    Choice(
        "approved",
        N_("approved"),
        (*_agreeing("approuvé", "réalisé"), "comptes approuvés", "définitif", "définitive", "actual", "actuals"),
    ),
)
MEASURES = (
    Choice(
        "neighbourhoods",
        N_("neighbourhoods"),
        ("neighbourhood", "neighborhoods", "quartier", "quartiers prioritaires", "QPV", "QP"),
    ),
    Choice("contracts", N_("contracts"), ("contract", "city contracts", "contrat", "contrats", "contrat de ville")),
    Choice("inhabitants", N_("inhabitants"), ("inhabitant", "residents", "habitant", "population")),
)
COVERED = (*MEASURES, Choice("departments", N_("departments")))
"""What coverage is measured in: a department counts for one if it has a neighbourhood."""
GEOGRAPHIES = (
    Choice("2015", N_("2015 geography"), ("géographie de 2015", "QPV 2015", "QP2015", "2015.0")),
    Choice("2024", N_("2024 geography"), ("géographie de 2024", "QPV 2024", "QP2024", "2024.0")),
)
QUALITIES = (
    Choice("exact", N_("exact"), ("exacts", "exactes")),
    Choice("minimum", N_("at least"), ("min", "plancher")),
    Choice("previous-geography", N_("previous geography"), ("ancienne géographie",)),
)
EVALUATION_KINDS = (
    Choice(
        "self",
        N_("self"),
        (
            "interne",
            "autoévaluation",
            "auto",
            "évaluation interne",
            "internes",
            "internal",
            "self-evaluation",
            "self-assessment",
        ),
    ),
    Choice(
        "joint",
        N_("joint"),
        (
            *_agreeing("conjoint", "partagé"),
            "évaluation conjointe",
            "coévaluation",
            "co-évaluation",
            "joint evaluation",
        ),
    ),
    Choice(
        "external", N_("external"), ("externes", *_agreeing("indépendant"), "évaluation externe", "external evaluation")
    ),
)
# Governance is shared between the State and local authorities; the other members are those of an association or a GIP.
ORGANS = (
    Choice(
        "assembly", N_("general assembly"), ("assembly", "assemblée", "assemblées générales", "AG", "general meeting")
    ),
    Choice("board", N_("board"), ("conseils d'administration", "CA", "board of directors")),
    Choice("bureau", N_("bureau"), ("bureaux",)),
    Choice("steering", N_("steering committee"), ("COPIL", "comités de pilotage")),
    Choice("scientific", N_("scientific council"), ("comité scientifique", "conseils scientifiques")),
    Choice("other", N_("other"), ("autres", "divers", "others")),
)
MEMBER_KINDS = (
    *FUNDER_KINDS[:8],
    Choice("association", N_("association"), ("associations", "asso")),
    Choice(
        "academic",
        N_("academic"),
        ("academics", "universités", "universitaire", "universitaires", "university", "enseignement supérieur"),
    ),
    Choice("residents", N_("residents"), ("resident", "habitant", "habitante", "habitantes")),
    Choice(
        "person",
        N_("qualified person"),
        ("personnes qualifiées", "personnalité qualifiée", "personnalités qualifiées", "qualified persons"),
    ),
    Choice("other", N_("other"), ("autres", "divers", "others")),
)
ROLES = (
    Choice("chair", N_("chair"), ("président", "présidente", "president", "chairman", "chairwoman", "chairperson")),
    Choice("vice-chair", N_("vice-chair"), ("vice-président", "vice-présidente", "vice-president", "VP")),
    Choice("treasurer", N_("treasurer"), ("trésorier", "trésorière")),
    Choice("secretary", N_("secretary"), ("secrétaire",)),
    Choice("member", N_("member"), ("members", "membres", "administrateur", "administratrice")),
    Choice("observer", N_("observer"), ("observers", "observatrice", "observateurs", "observatrices")),
    Choice("director", N_("director"), ("directeur", "directrice")),
)
ACTIVITY_TYPES = (
    Choice(
        "meeting",
        N_("meeting"),
        (
            "meetings",
            "rencontres",
            "réunion",
            "réunions",
            "journée d'échanges",
            "séminaire",
            "séminaires",
            "conférence",
        ),
    ),
    Choice("working-group", N_("working group"), ("working groups", "groupes de travail", "GT")),
    Choice("training", N_("training"), ("trainings", "formations", "session de formation", "sessions de formation")),
    Choice(
        "visit",
        N_("visit"),
        ("visits", "visites", "visite de site", "visites de sites", "voyage d'étude", "voyages d'étude"),
    ),
    Choice("support", N_("support"), ("appuis", "accompagnement", "accompagnements")),
    Choice("study", N_("study"), ("studies", "études")),
    Choice("publication", N_("publication"), ("publications",)),
    Choice("other", N_("other"), ("autres", "divers", "others")),
)
MODES = (
    Choice(
        "on-site",
        N_("on site"),
        ("sur place", "en présentiel", "sur site", "en présence", "in person", "face to face"),
    ),
    Choice(
        "remote",
        N_("remote"),
        (
            "à distance",
            "en distanciel",
            "distance",
            "visio",
            "en visio",
            "visioconférence",
            "en visioconférence",
            "webinaire",
            "en ligne",
            "online",
        ),
    ),
)
AUDIENCES = (
    Choice("elected-officials", N_("elected officials"), ("elected", *_agreeing("élu"), "élu(e)s")),
    Choice(
        "project-managers",
        N_("project managers"),
        ("project manager", "chef de projet", "cheffe de projet", "cheffes de projet", "chefs de projets"),
    ),
    Choice(
        "local-staff",
        N_("local-authority staff"),
        ("agents territoriaux", "agents des collectivités territoriales", "local staff"),
    ),
    Choice(
        "state-services",
        N_("State delegates and services"),
        (
            "State services",
            "services de l'État",
            "service de l'État",
            "délégués du préfet",
            "délégué du préfet",
            "État",
        ),
    ),
    Choice("landlords", N_("social landlords"), ("landlord", "bailleur", "bailleurs", "bailleur social")),
    Choice("associations", N_("association leaders"), ("association", "acteurs associatifs", "responsable associatif")),
    Choice("citizen-councils", N_("citizen councils"), ("citizen council", "conseil citoyen", "conseillers citoyens")),
    Choice("academics", N_("academics"), ("academic", "universitaire", "universités", "chercheurs", "researchers")),
    Choice("planning-agencies", N_("planning agencies"), ("planning agency", "agence d'urbanisme")),
    Choice("chambers", N_("chambers"), ("chamber", "chambre consulaire", "CCI", "CMA")),
    Choice("residents", N_("residents"), ("resident", "habitant", "habitante", "habitantes")),
    Choice("other", N_("other"), ("autres", "divers", "others")),
)
# What centres are asked for, by the table that the answer is loaded into; labels are those of the tables.
ASKED = (
    Choice("activities", N_("Activity"), ("activités", "rapport d'activité", "bilan d'activité")),
    Choice("evaluations", N_("Evaluations"), ("evaluation", "évaluation")),
    Choice("funding", N_("Funding"), ("financement", "subvention", "subventions", "grants")),
    Choice("budgets", N_("Budgets"), ("budget", "comptes", "accounts")),
    Choice("governance", N_("Governance"), ("instances", "composition des instances")),
    Choice("contacts", N_("Contact points"), ("contact", "contact point", "point de contact", "coordonnées")),
    Choice("agreements", N_("Agreements"), ("agreement", "convention")),
)
# The label of a geography, for titles.
GEOGRAPHY_LABELS = {choice.code: choice.label for choice in GEOGRAPHIES}

# What needs attention first.
AGREEMENT_STATUSES = (
    Choice("ended-without-successor", N_("ended without successor")),
    Choice("ending", N_("ending soon")),
    Choice("running", N_("running")),
    Choice("future", N_("to come")),
    Choice("ended", N_("ended, renewed")),
)
TRENDS = (
    Choice("improving", N_("improving")),
    Choice("stable", N_("stable")),
    Choice("slipping", N_("slipping")),
)

# Missions are data, so that a framework can change; these are the words that people read for the known ones.
MISSIONS = (
    Choice("animation", N_("animation")),
    Choice("skills", N_("skills"), ("compétence", "montée en compétences")),
    Choice("capitalisation", N_("capitalisation"), ("capitalization",)),
    Choice("complementary", N_("complementary"), ("complémentaire", "missions complémentaires")),
)


def mission_label(mission: str) -> str:
    """The label of a mission; one of a later framework has its id."""
    return next((choice.label for choice in MISSIONS if choice.code == mission), mission)
