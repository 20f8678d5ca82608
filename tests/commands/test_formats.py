"""What authorities publish, each in the shape it has, with made-up names, numbers and amounts."""

from __future__ import annotations

from pathlib import Path

import pytest

from crpv_cli.errors import ExitCode
from tests.commands.conftest import Ran, Registry, crpv, rows_of, table
from tests.inside import inside

CENTRES = """
    id,name,short_name,legal_form,siren,opened,co_funded,source
    one,Centre Un,Un,association,900000019,2000,true,books
    two,Centre Deux,Deux,gip,900000027,2000,true,books
    """
LISTED = "code,name,geography,department,communes,commune_names,source"
GRANTED = "centre,funder,year,scheme,stage,amount,object,level,nature,reference,source"


@pytest.fixture
def network(registry: Registry) -> Path:
    """Two centres with a SIREN."""
    return registry(centres=CENTRES)


def loaded(db: Path, folder: Path, text: str, *more: str, name: str = "published.csv") -> Ran:
    """Load a file as an authority publishes it."""
    path = folder / name
    path.write_text(table(text), encoding="utf-8")
    return crpv("load", path, "--db", db, *more)


def told(db: Path, name: str, columns: str) -> list[str]:
    """Some columns of a table, a row a line."""
    return [",".join(row[column] for column in columns.split(",")) for row in rows_of(db, name)]


# Neighbourhoods


@pytest.mark.parametrize(
    "header",
    [
        "code_qp;lib_qp;insee_dep;insee_com;lib_com",
        "Code QP;Nom QP;Code département;Code commune;Nom commune",
        "code_quartier;quartier_prioritaire;code_departement;code_insee;commune_qp",
        "Code du quartier prioritaire;Nom du quartier prioritaire;DEP;COM;Commune",
    ],
)
def test_the_code_of_a_neighbourhood_says_its_geography(network: Path, tmp_path: Path, header: str) -> None:
    ran = loaded(
        network,
        tmp_path,
        f"""
        {header}
        QP001901;Le Pré Inventé;1;1901;Ville-Imaginaire
        QN00191M;Le Pré Réinventé;1;1901;Ville-Imaginaire
        """,
    )
    assert ran.code == 0, ran.err
    assert told(network, "neighbourhoods", LISTED) == [
        "QN00191M,Le Pré Réinventé,2024,01,01901,Ville-Imaginaire,anct-qp-2024",
        "QP001901,Le Pré Inventé,2015,01,01901,Ville-Imaginaire,anct-qp-2015",
    ]
    assert {row["id"]: row["title"][-4:] for row in rows_of(network, "sources") if row["id"].startswith("anct")} == {
        "anct-qp-2015": "2015",
        "anct-qp-2024": "2024",
    }


def test_the_code_of_a_neighbourhood_says_its_department(registry: Registry, tmp_path: Path) -> None:
    db = registry(
        departments="code,name,region_code,region_name\n2A,Corse-du-Sud,94,Corse\n93,Seine-Saint-Denis,11,Île-de-France"
    )
    ran = loaded(
        db,
        tmp_path,
        """
        CODE_QP,NOM_QP,COMMUNE_QP
        QP093901,Les Murs De Papier,Exemple-sur-Seine
        QP02A901,La Fiction,Porto-Exemple
        QP971901,Le Modèle,"Pointe-à-Feinte, Les Faux"
        QN97191I,Le Modèle,Pointe-à-Feinte
        """,
    )
    assert ran.code == 0, ran.err
    assert told(db, "neighbourhoods", "code,geography,department,commune_names") == [
        "QN97191I,2024,971,Pointe-à-Feinte",
        "QP02A901,2015,2A,Porto-Exemple",
        "QP093901,2015,93,Exemple-sur-Seine",
        "QP971901,2015,971,Pointe-à-Feinte, Les Faux",
    ]


def test_a_code_of_neither_list_is_refused(network: Path, tmp_path: Path) -> None:
    ran = loaded(network, tmp_path, "code_qp;lib_qp;insee_dep\nZU001901;Le Pré;1")
    assert ran.code == ExitCode.ANOMALIES
    assert rows_of(network, "neighbourhoods") == []


# Money

JAUNE = """
    Programme;SIREN;NIC;Dénomination;Montant;Convention 2022;Objet 2023;COG : code;COG : libellé
    147;900000019;19;CENTRE UN;100 000,00;;Animation sociale des quartiers;01901;VILLE-IMAGINAIRE
    147;900000019;19;CENTRE UN;50 000,00;;Dispositif d'insertion;01901;VILLE-IMAGINAIRE
    104;900000019;19;CENTRE UN;30 000,00;;Intégration;01901;VILLE-IMAGINAIRE
    163;900000035;00035;CLUB D'EXEMPLE;500,00;;Vie associative;01901;VILLE-IMAGINAIRE
    163;NR CHORUS;;AMICALE D'EXEMPLE;500,00;;Vie associative;01901;VILLE-IMAGINAIRE
    """
P147 = """
    Numéro de l'action PRJ;Libellé de l'action;Raison sociale longue;Code SIRET;Code contrat ville;Mt engagé
    00123;Réseau;CENTRE UN;90000001900019;CN00191M;90000
    00124;Formation;CENTRE UN;90000001900019;CN00191M;60000
    00125;Atelier;CLUB D'EXEMPLE;90000003500015;CN00191M;1000
    """


def test_the_budget_annex_becomes_yearly_totals_of_programme_147(network: Path, tmp_path: Path) -> None:
    ran = loaded(network, tmp_path, JAUNE, "--set", "annee=2023")
    assert ran.code == 0, ran.err
    assert told(network, "funding", GRANTED) == [
        "one,state,2023,P104,granted,30000,Intégration,decision,,,jaune-plf-2025",
        "one,state,2023,P147,granted,100000,Animation sociale des quartiers,yearly-total,,,jaune-plf-2025",
        "one,state,2023,P147,granted,50000,Dispositif d'insertion,yearly-total,,,jaune-plf-2025",
    ]
    assert "1 row was skipped: the beneficiary has no valid SIREN" in ran.said
    assert "1 row was skipped: the beneficiary is no centre of the registry" in ran.said
    (source,) = [row for row in rows_of(network, "sources") if row["id"] == "jaune-plf-2025"]
    assert source["title"].endswith("exercice 2023")


@pytest.mark.parametrize(
    ("text", "year", "rows"),
    [
        (
            """
            SIREN;ASSOCIATION;IMPUTATION;Total des subventions;Détail des subventions
            900000019;CENTRE UN - 01 VILLE-IMAGINAIRE;;13 680;
            900000019;CENTRE UN - 01 VILLE-IMAGINAIRE;Culture et communication: 224 - Transmission des savoirs;;11 680
            900000019;CENTRE UN - 01 VILLE-IMAGINAIRE;Services du Premier ministre: 147 - Politique de la ville;;2 000
            """,
            2010,
            ["P147,2000,yearly-total,jaune-plf-2012", "P224,11680,decision,jaune-plf-2012"],
        ),
        (
            """
            PROGRAMME;ASSOCIATION;SIREN;DEPARTEMENT;VILLE;Subvention 2012;OBJET;Convention
            147 - Politique de la ville;CENTRE UN;900000019;01;VILLE-IMAGINAIRE;1500;Réseau;non
            """,
            2012,
            ["P147,1500,yearly-total,jaune-plf-2014"],
        ),
        (
            """
            MILLESIME;PROGRAMME 2013;ASSOCIATION;SIREN;DEPARTEMENT;VILLE;Subvention 2013;OBJET;Convention
            2015;P147 - Politique de la ville;CENTRE UN;900000019;01;VILLE-IMAGINAIRE;1500;Réseau;non
            """,
            2013,
            ["P147,1500,yearly-total,jaune-plf-2015"],
        ),
        (
            """
            Programme (2016);SIREN;NIC;Dénomination;Montant;Objet;Convention 2016;COG : code département;RNA
            0147;900000019;00019;CENTRE UN;1500;Réseau;;01;W1
            """,
            2016,
            ["P147,1500,yearly-total,jaune-plf-2018"],
        ),
    ],
)
def test_the_annexes_of_other_years(network: Path, tmp_path: Path, text: str, year: int, rows: list[str]) -> None:
    ran = loaded(network, tmp_path, text, "--set", f"annee={year}")
    assert ran.code == 0, ran.err
    assert sorted(told(network, "funding", "scheme,amount,level,source")) == rows


def test_money_of_no_programme_is_not_the_states(network: Path, tmp_path: Path) -> None:
    text = JAUNE.replace("104;900000019", "aide en numéraire;900000019").replace("147;900000019", ";900000019", 1)
    ran = loaded(network, tmp_path, text, "--set", "annee=2023")
    assert ran.code == 0, ran.err
    assert told(network, "funding", "scheme,amount") == ["P147,50000"]
    assert "2 rows were skipped: no programme of the State's budget" in ran.said


def test_the_annex_whose_amounts_are_ten_times_too_high_is_not_read(network: Path, tmp_path: Path) -> None:
    annex = """
        Millésime;Programme en 2011;Association;SIREN;Subvention 2011 en euros;Objet de la subvention
        2013;147 - Politique de la ville;CENTRE UN;900000019;71070;Réseau
        """
    assert loaded(network, tmp_path, annex, "--set", "annee=2011").code == ExitCode.ANOMALIES
    assert loaded(network, tmp_path, JAUNE, "--set", "annee=2011").code == ExitCode.ANOMALIES
    assert rows_of(network, "funding") == []


def test_the_grants_of_programme_147_are_decisions(network: Path, tmp_path: Path) -> None:
    ran = loaded(network, tmp_path, P147, "--set", "Année=2023")
    assert ran.code == 0, ran.err
    assert told(network, "funding", GRANTED) == [
        "one,state,2023,P147,granted,60000,Formation,decision,,00124,anct-subventions",
        "one,state,2023,P147,granted,90000,Réseau,decision,,00123,anct-subventions",
    ]


def test_the_funder_is_made_where_the_registry_has_no_state(network: Path, tmp_path: Path) -> None:
    with_none = "id,name,kind\nstate,Somebody else,state"
    assert loaded(network, tmp_path, with_none, name="funders.csv").code == 0
    ran = loaded(network, tmp_path, P147, "--set", "Année=2023")
    assert ran.code == 0, ran.err
    assert {(row["id"], row["name"], row["kind"]) for row in rows_of(network, "funders")} >= {("etat", "État", "state")}
    assert "etat is new in the table funders" in ran.said


def test_a_post_counts_once_however_many_contracts_it_works_for(network: Path, tmp_path: Path) -> None:
    ran = loaded(
        network,
        tmp_path,
        """
        id_poste,raison_sociale,montant,annee,code_cv,insee_dep,insee_reg
        D00001,CENTRE UN,7164,2025,CN00191M,01,84
        D00001,CENTRE UN,7164,2025,CN00192M,01,84
        D00002,CENTRE UN,7164,2025,CN00191M,01,84
        D00003,CLUB D'EXEMPLE,7164,2025,CN00191M,01,84
        """,
    )
    assert ran.code == 0, ran.err
    assert told(network, "funding", GRANTED) == [
        "one,state,2025,FONJEP,granted,7164,poste,decision,post,D00001,anct-postes-fonjep",
        "one,state,2025,FONJEP,granted,7164,poste,decision,post,D00002,anct-postes-fonjep",
    ]
    assert "2 rows became 1" in ran.said


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_the_same_money_in_three_publications_counts_once(
    network: Path, tmp_path: Path, order: tuple[int, ...]
) -> None:
    prefecture = """
        nomAttribuant;dateConvention;referenceDecision;nomBeneficiaire;idBeneficiaire;objet;montant;dispositifAide
        Préfecture de l'Ain;2023-05-01;E1;Centre Un;90000001900019;Réseau;90000;Programme 147
        """
    year = ("--set", "annee=2023")
    files = [("a.csv", P147, year), ("b.csv", JAUNE, year), ("c.csv", prefecture, ())]
    for name, text, given in (files[place] for place in order):
        ran = loaded(network, tmp_path, text, *given, name=name)
        assert ran.code == 0, ran.err
    answer = crpv("report", "funding", "--db", network, "--year", "2023", "--format", "json")
    (row,) = [row for row in answer.json["rows"] if row["centre"] == "one"]
    assert (row["state_p147"], row["state_programmes"]) == (150000, 30000)


# The national schema, and headings that circulate for it

DECREE = (
    "Nom de l’attributaire;Identification de l’attributaire (SIRET);Date de la convention de subvention;"
    "Référence de la décision;Nom du bénéficiaire;Identification du bénéficiaire;RNA;Objet de la subvention;"
    "Montant  total de la subvention;Nature de la subvention;Conditions de versement;"
    "Date(s) ou période(s) de versement;Numéro unique de référencement au RAE;"
    "Aide d’Etat notifié à la Commission européenne;"
    "Pourcentage du montant de la subvention attribuée au bénéficiaire;Dispositif"
)
BUDGET_TOOL = (
    "Autorité administrative;SIRET autorité administrative;Date convention;Référence délibération;Nom attributaire;"
    "N° SIRET attributaire;Objet convention;Montant décidé ligne;Nature subvention"
)
ETALAB = (
    "nomAttribuant;idAttribuant;dateConvention;referenceDecision;nomBeneficiaire;idBeneficiaire;objet;montant;nature;"
    "conditionsVersement;datesPeriodeVersement;idRAE;notificationUE;pourcentageSubvention"
)


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (DECREE, "EXEMPLE;;2023-05-01;E1;Centre Un;90000001900019;;Réseau;5 000;aide en numéraire;unique;2023;;non;1;"),
        (BUDGET_TOOL, "EXEMPLE;;2023-05-01;E1;CENTRE UN;90000001900019;Réseau;5000;aide en numéraire"),
        (
            ETALAB,
            "EXEMPLE;;2023-05-01;E1;Centre Un;90000001900019;Réseau;5000.00;aide en numéraire;unique;"
            "2023-06-01_2023-12-01;;non;1",
        ),
    ],
    ids=["decree", "budget tool", "Etalab"],
)
def test_grants_under_the_headings_that_circulate(network: Path, tmp_path: Path, header: str, row: str) -> None:
    ran = loaded(network, tmp_path, f"{header}\n{row}")
    assert ran.code == 0, ran.err
    assert told(network, "funding", GRANTED) == ["one,exemple,2023,,granted,5000,Réseau,,,E1,scdl-subventions"]


# What no table holds


@pytest.mark.parametrize(
    "header",
    [
        "QP2024;Label_QP2024;Statut;QP2015_1;Label_QP2015_1;QP2015_2;Label_QP2015_2",
        "code_qp;lib_qp;code_qp_2024;lib_qp_2024;code_qp_2015;lib_qp_2015;lib_com",
        "Quartier 2015;Quartier 2024;code_qp;lib_qp;a;b;c",
    ],
)
def test_a_table_between_the_two_lists_is_not_read_as_one(network: Path, tmp_path: Path, header: str) -> None:
    ran = loaded(network, tmp_path, f"{header}\nQN00191M;Le Pré;QN00191M;x;QP001901;x;QP001902")
    assert ran.code == ExitCode.ANOMALIES
    assert "the registry has no table for that" in ran.said
    assert rows_of(network, "neighbourhoods") == []


@pytest.mark.parametrize(
    ("tongue", "said"),
    [("en", "the registry has no table for that"), ("fr", "le registre n'a pas de table pour cela")],
)
def test_the_table_between_the_two_lists_is_named(network: Path, tmp_path: Path, tongue: str, said: str) -> None:
    path = tmp_path / "between.csv"
    path.write_text(
        "QP2024;Label_QP2024;Statut;QP2015_1;Label_QP2015_1;QP2015_2;Label_QP2015_2\n"
        "QN00191M;Le Pré Réinventé;Contour modifié;QP001901;Le Pré Inventé;;\n",
        encoding="utf-8",
    )
    ran = inside("load", path, "--db", network, env={"CRPV_LANG": tongue})
    assert ran.returncode == ExitCode.ANOMALIES
    assert said in ran.stderr
    assert "crpv profiles qpv" in ran.stderr
    assert rows_of(network, "neighbourhoods") == []


@pytest.mark.parametrize("backwards", [False, True])
def test_of_two_profiles_that_fit_the_one_that_knows_more_reads_it(
    network: Path, tmp_path: Path, backwards: bool
) -> None:
    header = [
        "nomAttribuant",
        "dateConvention",
        "idBeneficiaire",
        "montant",
        "objet",
        "id_poste",
        "raison_sociale",
        "annee",
    ]
    row = ["Ville", "2023-05-01", "90000001900019", "5000", "Réseau", "D1", "CENTRE UN", "2025"]
    step = -1 if backwards else 1
    ran = loaded(network, tmp_path, f"{';'.join(header[::step])}\n{';'.join(row[::step])}")
    assert ran.code == 0, ran.err
    assert told(network, "funding", "funder,year,source") == ["town,2023,scdl-subventions"]
    assert "read through the profile scdl-subventions; its header also fits fonjep-postes" in ran.said
    path = tmp_path / "published.csv"
    named = crpv("load", path, "--db", network, "--profile", "fonjep-postes")
    assert named.code == 0, named.err
    assert "also fits" not in named.said
    assert "state,2025,anct-postes-fonjep" in told(network, "funding", "funder,year,source")
