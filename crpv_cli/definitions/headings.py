"""What people write above a column beside its name and its label: one tuple for each column, of one table or of all.

Case, accents and punctuation do not count, and neither does what stands in brackets and changes nothing. A word that
could mean two columns of a table is left out: “Montant versé” says a stage, “Note” a rating or a remark.
"""

from __future__ import annotations

from crpv_cli.definitions.table import Table

HEADINGS: dict[str, tuple[str, ...]] = {
    "centre": (
        *("CRPV", "Nom du centre", "Centre de ressources", "Centre de ressources politique de la ville"),
        *("Id du centre", "Identifiant du centre", "Code centre", "Name of the centre"),
    ),
    "funder": ("Nom du financeur", "Organisme financeur", "Financeur public", "Cofinanceur", "Name of the funder"),
    "other_funder": ("Nom de l'autre financeur", "Autre financeur public", "Name of the other funder"),
    "other_funder_kind": (
        *("Type de financeur", "Type du financeur", "Nature de l'autre financeur", "Catégorie du financeur"),
        *("Kind of funder", "Kind of the other funder"),
    ),
    "other_funder_siren": ("SIREN de l'autre financeur", "N° SIREN du financeur", "SIREN of the other funder"),
    "department": (
        *("Code département", "Code du département", "N° de département", "N° département", "Numéro de département"),
        *("Code INSEE du département", "Dép.", "Dépt", "Dept", "Code dép", "Department code"),
    ),
    "year": ("Exercice", "Millésime", "Année d'exercice", "Année civile", "Année de la décision", "An"),
    "evaluations.year": ("Année évaluée", "Année d'activité"),
    "activities.year": ("Année d'activité",),
    "scheme": ("Programme", "Nom du dispositif", "Dispositif ou programme"),
    "stage": ("Stade", "Phase", "Étape de la décision"),
    "amount": ("Montant total", "Montant de la subvention", "Somme", "Montant alloué par ce financeur"),
    "object": ("Objet de la subvention", "Intitulé", "Intitulé de l'action", "Libellé", "Action financée"),
    "level": ("Niveau de détail",),
    "nature": ("Nature de l'aide", "Nature du financement"),
    "reference": (
        *("Réf.", "Référence de la décision", "N° de décision", "Numéro de décision", "N° de la décision"),
        *("N° de convention", "N° de la convention", "Numéro de la convention", "N° de l'acte"),
    ),
    "source": ("Source des données", "Source de la donnée"),
    "locator": ("Page", "Ligne de la source"),
    "note": ("Remarques", "Commentaire", "Commentaires", "Observation", "Observations", "Comment", "Comments"),
    "valid_from": ("Date de début", "Début", "À partir du", "Valable du", "Valable à partir du", "Du"),
    "valid_to": ("Date de fin", "Fin", "Valable jusqu'au", "Au"),
    "starts_on": ("Date de début", "Début le", "Commence le", "Du", "Date"),
    "ends_on": ("Date de fin", "Fin le", "Se termine le", "Au"),
    "signed_on": ("Signée le", "Signé le", "Signature"),
    "funders.kind": ("Type de financeur", "Catégorie"),
    "evaluations.kind": ("Type d'évaluation", "Nature de l'évaluation"),
    "member_kind": ("Catégorie de membre", "Type"),
    "rating": ("Cotation",),
    "scale": ("Échelle de notation",),
    "evaluator": ("Évalué par", "Nom de l'évaluateur", "Évaluatrice"),
    "evaluated_on": ("Date d'évaluation", "Date de l'évaluation"),
    "summary": ("Résumé",),
    "recommendation": ("Recommandations",),
    "mission": ("Mission socle", "Mission du cadre"),
    "organ": ("Instance de gouvernance", "Organe"),
    "member": ("Structure membre", "Nom du membre", "Organisme membre"),
    "governance.role": ("Fonction", "Qualité"),
    "half_days": (
        *("Demi-journée", "1/2 journées", "Nb de 1/2 journées", "Nombre de 1/2 journées", "½ journées"),
        *("Demi-journées d'activité", "Nb ½ journées"),
    ),
    "actions": ("Action",),
    "participants": ("Personnes", "Nombre de personnes"),
    "theme": ("Thématique", "Thématiques", "Thèmes", "Sujet"),
    "activities.type": ("Type d'activité", "Type d'action"),
    "mode": ("Modalités", "Format"),
    "audience": ("Public visé", "Publics", "Public cible", "Publics visés"),
    "name": ("Nom officiel", "Dénomination", "Raison sociale"),
    "short_name": ("Sigle", "Acronyme", "Nom d'usage"),
    "legal_form": ("Statut juridique",),
    "siren": ("N° SIREN", "Numéro SIREN", "SIRET", "N° SIRET", "Numéro SIRET"),
    "carrier": ("Structure porteuse", "Porté par"),
    "seat": ("Siège social", "Ville du siège", "Commune du siège"),
    "website": ("Site web", "Site", "URL", "Adresse du site"),
    "opened": ("since", "depuis", "Ouvert", "Ouvert le", "Date d'ouverture", "Date de création", "Créé en"),
    "closed": ("Date de fermeture", "Fermé", "Fermé le"),
    "accepted_by": ("Acceptée par", "Accordé par"),
    "co_funded": ("Cofinancement",),
    "email": ("E-mail", "Mail", "Adresse électronique", "Adresse mail", "Adresse e-mail"),
    "telephone": ("Tél.", "N° de téléphone", "Numéro de téléphone", "Phone"),
    "fte": ("ETP", "Nombre d'ETP", "Effectifs en ETP", "Nb ETP"),
    "resources": ("Produits", "Recettes", "Total des produits", "Total des ressources"),
    "expenditure": ("Charges", "Total des charges", "Total des dépenses"),
    "holder": ("Porteur", "Collectivité"),
    "partner": ("Nom du partenaire",),
    "contracts.code": ("Code du contrat",),
    "funding.object": ("purpose", "usage"),
}


def headings_of(table: Table, column: str) -> tuple[str, ...]:
    """Return the other headings of a column of a table."""
    return (*HEADINGS.get(f"{table.name}.{column}", ()), *HEADINGS.get(column, ()))
