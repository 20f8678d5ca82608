"""Official files are read as they are: through profiles, which are data."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crpv_cli import language
from crpv_cli.definitions.tables import TABLES
from crpv_cli.errors import Anomaly, CrpvError, FileProblem, Severity, UsageProblem
from crpv_cli.intake.faults import Fault
from crpv_cli.intake.files import InputFile, ReadOptions
from crpv_cli.intake.grid import BrokenRow, Row
from crpv_cli.intake.profiles.conversions import CONVERSIONS, choice, pattern, share_of, words
from crpv_cli.intake.profiles.describing import profile_sheet, profiles_list
from crpv_cli.intake.profiles.known import KnownIds
from crpv_cli.intake.profiles.parsing import parse
from crpv_cli.intake.profiles.shipped import find_profile, load_profile, shipped_profiles
from crpv_cli.intake.profiles.transform import ProfiledGrid, apply
from crpv_cli.intake.readers import open_csv
from crpv_cli.intake.sources import sources_of
from crpv_cli.registry.connection import open_writing
from crpv_cli.registry.loading import LoadReport, load
from crpv_cli.registry.queries import read
from crpv_cli.registry.resolving import lookups
from crpv_cli.registry.undoing import undo
from tests import official
from tests.inside import inside

REPOSITORY = Path(__file__).resolve().parent.parent.parent

QPV = "code_qp;lib_qp;insee_reg;lib_reg;insee_dep;lib_dep;insee_com;lib_com;siren_epci;lib_epci;;\n"
SCDL = (
    "nomAttribuant,idAttribuant,dateConvention,referenceDecision,nomBeneficiaire,idBeneficiaire,rnaBeneficiaire,objet,"
    "montant,nature,conditionsVersement,datesPeriodeVersement,idRAE,notificationUE,pourcentageSubvention,dispositifAide\n"
)
KNOWN = {
    "centre-of-siren": {"408211159": "oriv", "415021377": "labo-cites"},
    "centre-of-name": {"oriv": "oriv", "labo cites": "labo-cites"},
    "funders": {"region-bretagne": "region-bretagne", "etat": "etat", "ville-de-lyon": "ville-de-lyon"},
    "funder-of-siren": {"233500016": "region-bretagne"},
    "funder-of-name": {"region bretagne": "region-bretagne", "etat": "etat", "ville de lyon": "ville-de-lyon"},
    "funder-without-siren": {"etat": "etat"},
    "sources": {"anct-qp-2024": "anct-qp-2024"},
}


Crpv = Callable[..., CompletedProcess[str]]


class Outcome:
    """What a file becomes through a profile: rows by column and table, anomalies, notices."""

    def __init__(self, grids: list[tuple[str, ProfiledGrid]]) -> None:
        self.grids = grids
        self.rows: dict[str, list[dict[str, str]]] = {}
        self.lines: dict[str, list[int]] = {}
        self.anomalies: list[Anomaly] = []
        for table, grid in grids:
            found = list(grid.rows())
            rows = [row for row in found if isinstance(row, Row)]
            self.rows[table] = [dict(zip(grid.header, row.cells, strict=True)) for row in rows]
            self.lines[table] = [row.line for row in rows]
            self.anomalies += [row for row in found if isinstance(row, Anomaly)]
            assert not any(isinstance(row, BrokenRow) for row in found)
        self.notices = [notice.text("en") for notice in grids[0][1].notices]

    @property
    def codes(self) -> list[tuple[int | None, str | None, str | None, str]]:
        return [(one.line, one.column, one.value, one.code) for one in self.anomalies]


def through(folder: Path, content: str, profile: str | None = None, known: KnownIds | None = None) -> Outcome:
    path = folder / "file.csv"
    path.write_text(content, encoding="utf-8", newline="")
    grid = open_csv(path)
    its_profile = load_profile(profile) if profile else find_profile(grid.header)
    assert its_profile is not None
    return Outcome(apply(its_profile, grid, known or KnownIds(KNOWN), "file.csv"))


def grant(**cells: str) -> str:
    """A row of the national schema: a grant to ORIV, with changes."""
    row = {
        "nomAttribuant": "Région Bretagne",
        "idAttribuant": "23350001600040",
        "dateConvention": "2024-03-01",
        "nomBeneficiaire": "ORIV",
        "idBeneficiaire": "40821115900021",
        "objet": "Fonctionnement",
        "montant": "1000",
        "nature": "aide en numéraire",
        "pourcentageSubvention": "1",
    } | cells
    return ",".join(f'"{row.get(name, "")}"' for name in SCDL.strip().split(",")) + "\n"


# Recognition


def test_every_shipped_profile_is_found_by_its_own_columns() -> None:
    assert {"qpv", "scdl-subventions"} <= set(shipped_profiles())
    for name, profile in shipped_profiles().items():
        assert profile.name == name
        assert find_profile(list(profile.required)) is profile
        assert find_profile([*profile.required, *profile.optional, "something else"]) is profile
        for left_out in profile.required:
            assert find_profile([column for column in profile.required if column != left_out]) is None


@pytest.mark.parametrize(
    "header",
    [
        "nomattribuant,idattribuant,dateconvention,nombeneficiaire,idbeneficiaire,objet,montant,nature",
        "NOMATTRIBUANT,IDATTRIBUANT,DATECONVENTION,NOMBENEFICIAIRE,IDBENEFICIAIRE,OBJET,MONTANT,NATURE",
        "nom_attribuant,id_attribuant,date_convention,nom_beneficiaire,id_beneficiaire,objet,montant,nature",
        "nomattribuant,idattribuant,dateconvention,nonbeneficiaire,idbeneficiare,objet,montant,nature",
        "Nom de l'attribuant,Identification de l'attribuant (SIRET),Date de convention*,Nom du bénéficiaire*,"
        "Identification du bénéficiaire (SIRET),Objet de la subvention,Montant total de la subvention*,Nature",
        "Nom attribuant,SIRET attribuant,Date de la convention de subvention (AAAA-MM-JJ),Nom Bénéficiaire,"
        "SIRET bénéficiaire,Objet du dossier,Montant voté,Nature de la subvention",
    ],
)
def test_headers_that_circulate_are_taken(tmp_path: Path, header: str) -> None:
    profile = find_profile(header.split(","))
    assert profile is not None
    assert profile.name == "scdl-subventions"
    assert len(profile.reading(header.split(",")).places) == 8
    found = through(
        tmp_path,
        f"{header}\nRégion Bretagne,23350001600040,2024-03-01,ORIV,408 211 159 00021,Réseau,1000,aide en numéraire\n",
    )
    assert [(row["centre"], row["amount"]) for row in found.rows["funding"]] == [("oriv", "1000.00")]


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_our_own_files_are_no_official_files(table: object) -> None:
    for names in (TABLES[getattr(table, "name")].names,):  # noqa: B009
        assert find_profile(names) is None


def test_a_header_that_lacks_columns_or_names_one_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "lacks.csv").write_text("nomAttribuant,montant\nx,1\n", encoding="utf-8")
    with pytest.raises(Fault) as lacking:
        apply(load_profile("scdl-subventions"), open_csv(tmp_path / "lacks.csv"), KnownIds({}), "lacks.csv")
    assert lacking.value.code == "profile-does-not-fit"
    assert "dateConvention, idBeneficiaire" in lacking.value.message.text("en")
    (tmp_path / "twice.csv").write_text(SCDL.strip() + ",Montant\n", encoding="utf-8")
    with pytest.raises(Fault) as twice:
        apply(load_profile("scdl-subventions"), open_csv(tmp_path / "twice.csv"), KnownIds({}), "twice.csv")
    assert twice.value.code == "column-twice"
    assert "montant, Montant" in twice.value.message.text("en")


# The list of neighbourhoods


def test_the_official_list_is_read_as_it_is(tmp_path: Path) -> None:
    found = through(
        tmp_path,
        QPV + "QN00101M;Croix Blanche;84;Auvergne-Rhône-Alpes;1;Ain;1053;Bourg-en-Bresse;200071751;CA du Bassin;;\n"
        "QN00201M;Europe;32;Hauts-de-France;2;Aisne;2571, 2691;Omissy, Saint-Quentin;200071892;CA;;\n"
        "QN02A01M;Pifano;94;Corse;2A;Corse-du-Sud;2A247;Porto-Vecchio;200040764;CC du Sud Corse;;\n"
        "QN98701M;Nahoata;987;Polynésie;987;Polynésie;98735;Papeete;;;;\n",
    )
    rows = found.rows["neighbourhoods"]
    assert [(row["code"], row["department"], row["communes"]) for row in rows] == [
        ("QN00101M", "01", "01053"),
        ("QN00201M", "02", "02571 02691"),
        ("QN02A01M", "2A", "2A247"),
        ("QN98701M", "987", "98735"),
    ]
    assert {row["geography"] for row in rows} == {"2024"}
    assert {row["source"] for row in rows} == {"anct-qp-2024"}
    assert rows[1]["commune_names"] == "Omissy, Saint-Quentin"
    assert rows[3]["epci"] == ""
    assert found.lines["neighbourhoods"] == [2, 3, 4, 5]
    assert found.rows["sources"] == []


def test_what_was_restored_is_said_once_a_column_with_how_often(tmp_path: Path) -> None:
    found = through(
        tmp_path, QPV + "".join(f"QN0010{n}M;Nom {n};84;;1;Ain;1053;Bourg;200071751;CA;;\n" for n in range(1, 6))
    )
    assert found.codes == [(2, "insee_dep", "1", "restored-zero"), (2, "insee_com", "1053", "restored-zero")]
    assert {anomaly.severity for anomaly in found.anomalies} == {Severity.WARNING}
    assert all("4 more rows" in anomaly.message.text("en") for anomaly in found.anomalies)


@pytest.mark.parametrize(
    ("name", "restored"),
    [
        ("Cur De Ville", "Cœur De Ville"),
        ("Sacré-Cur", "Sacré-Cœur"),
        ("Cur d'agglo - Vieux Bourg", "Cœur d'agglo - Vieux Bourg"),
        ("Champ De Manuvre", "Champ De Manœuvre"),
        ("Saint Pol Sur Mer", "Saint Pol Sur Mer"),
        ("Les Murs De Monseigneur", "Les Murs De Monseigneur"),
        ("Plateau - Champ Le Boeuf", "Plateau - Champ Le Boeuf"),
        ("Curial - Cambrai", "Curial - Cambrai"),
        ("CUR", "CUR"),
    ],
)
def test_only_certain_words_get_their_letters_back(tmp_path: Path, name: str, restored: str) -> None:
    found = through(tmp_path, QPV + f"QN00101M;{name};84;;01;Ain;01053;Bourg;200071751;CA;;\n")
    assert found.rows["neighbourhoods"][0]["name"] == restored
    assert [code for *_, code in found.codes] == (["restored-word"] if restored != name else [])


def test_a_doubtful_word_is_left_and_said(tmp_path: Path) -> None:
    found = through(tmp_path, QPV + "QN00101M;Le Buf;84;;01;Ain;01053;Bourg;200071751;CA;;\n")
    assert found.rows["neighbourhoods"][0]["name"] == "Le Buf"
    assert found.codes == [(2, "lib_qp", "Le Buf", "doubtful-word")]


def test_a_code_that_cannot_be_restored_is_refused_with_its_place(tmp_path: Path) -> None:
    found = through(tmp_path, QPV + "QN00101M;Nom;84;;1;Ain;53;Bourg;200071751;CA;;\n")
    assert found.rows["neighbourhoods"] == []
    assert found.codes == [(2, "insee_com", "53", "not-a-commune")]
    assert found.anomalies[0].severity is Severity.ERROR


# Subsidies


def test_grants_to_centres_are_taken_and_the_others_counted(tmp_path: Path) -> None:
    found = through(
        tmp_path,
        SCDL
        + grant(referenceDecision="D-1", montant="1 234,50", dispositifAide="réseau")
        + grant(dateConvention="27/06/2017", idBeneficiaire="415 021 377 00025", montant="99786.57")
        + grant(idBeneficiaire="52499120500013", nomBeneficiaire="Tennis Club")
        + grant(idBeneficiaire="", nomBeneficiaire="Rallye")
        + grant(idBeneficiaire="4.08E+13", nomBeneficiaire="Autre")
        + grant(nature="Aide en nature"),
    )
    assert found.rows["funding"] == [
        {
            "centre": "oriv",
            "funder": "region-bretagne",
            "year": "2024",
            "scheme": "réseau",
            "stage": "granted",
            "amount": "1234.50",
            "object": "Fonctionnement",
            "reference": "D-1",
            "locator": "20240301",
            "source": "scdl-subventions",
        },
        {
            "centre": "labo-cites",
            "funder": "region-bretagne",
            "year": "2017",
            "scheme": "",
            "stage": "granted",
            "amount": "99786.57",
            "object": "Fonctionnement",
            "reference": "",
            "locator": "20170627",
            "source": "scdl-subventions",
        },
    ]
    assert found.codes == [(6, "idBeneficiaire", "4.08E+13", "number-destroyed")]
    assert found.rows["funders"] == []
    assert [row["id"] for row in found.rows["sources"]] == ["scdl-subventions"]
    assert found.notices[:-1] == [
        "file.csv: 1 row was skipped: the beneficiary is no centre of the registry.",
        "file.csv: 1 row was skipped: the beneficiary has no SIREN.",
        "file.csv: 1 row was skipped: a spreadsheet destroyed the number (€1,000).",
        "file.csv: 1 row was skipped: aid in kind (€1,000).",
    ]


def test_a_file_without_any_centre_says_so(tmp_path: Path) -> None:
    found = through(tmp_path, SCDL + grant(idBeneficiaire="52499120500013", nomBeneficiaire="x") * 3)
    assert found.rows == {"funding": [], "sources": [], "funders": []}
    assert found.notices == [
        "file.csv: 3 rows were skipped: the beneficiary is no centre of the registry.",
        "file.csv: its 3 rows were read through the profile scdl-subventions; none is about the registry's centres.",
    ]


def test_a_name_of_a_centre_without_its_number_is_a_warning(tmp_path: Path) -> None:
    found = through(tmp_path, SCDL + grant(idBeneficiaire="", nomBeneficiaire="LABO CITÉS"))
    assert found.codes == [(2, "nomBeneficiaire", "LABO CITÉS", "skipped-by-number")]
    assert found.anomalies[0].severity is Severity.WARNING
    assert found.rows["funding"] == []


def test_what_cannot_be_read_of_a_centres_grant_is_refused_with_its_place(tmp_path: Path) -> None:
    found = through(
        tmp_path,
        SCDL + grant(dateConvention="2017-30-05", montant="beaucoup") + grant(montant="1.234") + grant(montant=""),
    )
    assert found.codes == [
        (2, "dateConvention", "2017-30-05", "no-such-day"),
        (2, "montant", "beaucoup", "not-an-amount"),
        (3, "montant", "1.234", "ambiguous-number"),
    ]
    assert found.notices == ["file.csv: 1 row was skipped: no amount."]


def test_the_part_of_an_amount_is_taken_and_said(tmp_path: Path) -> None:
    found = through(
        tmp_path,
        SCDL
        + grant(pourcentageSubvention="0.333", montant="100", objet="a")
        + grant(pourcentageSubvention="100", objet="b")
        + grant(pourcentageSubvention="50 %", objet="c")
        + grant(pourcentageSubvention="", objet="d"),
    )
    assert [row["amount"] for row in found.rows["funding"]] == ["33.30", "1000.00", "500.00", "1000.00"]
    assert [(line, code) for line, *_, code in found.codes] == [(2, "share-of-amount"), (4, "share-of-amount")]


def test_rows_of_one_key_are_added_up_and_repeated_ones_count_once(tmp_path: Path) -> None:
    found = through(
        tmp_path,
        SCDL
        + grant(montant="10.10")
        + grant(montant="20.20", conditionsVersement="x")
        + grant(montant="10.10")
        + grant(montant="5", referenceDecision="D-2"),
    )
    assert [(row["amount"], row["reference"]) for row in found.rows["funding"]] == [("30.30", ""), ("5.00", "D-2")]
    assert found.lines["funding"] == [2, 5]
    assert "file.csv: 1 row is identical to another one; it was counted once." in found.notices
    assert any("2 rows became 1" in notice for notice in found.notices)
    (main, *_) = [grid for _, grid in found.grids]
    first = next(row for row in main.rows() if isinstance(row, Row))
    assert first.raw[main.header.index("amount")] == "10.10 + 20.20"


# Grantors


@pytest.mark.parametrize(
    ("name", "siret", "kind", "because"),
    [
        ("ANTIBES", "21060004500392", "commune", "SIREN (21"),
        ("Département de la Seine-Saint-Denis", "22930008201453", "department", "SIREN (22"),
        ("Région Normandie", "23760001000015", "region", "SIREN (23"),
        ("Région Hauts-de-France", "20005374200017", "region", "SIREN (20…) and its name"),
        ("Collectivité européenne d'Alsace", "20009433200018", "department", "SIREN (20…) and its name"),
        ("Métropole Rouen Normandie", "20002341400024", "intercommunality", "SIREN (20"),
        ("Rennes Métropole", "24350013900189", "intercommunality", "SIREN (24"),
        ("Préfecture du Rhône", "17690010800011", "state", "SIREN (1"),
        ("Caisse des Dépôts et Consignations", "18002002600019", "public_bank", "its name"),
        ("CAF du Bas-Rhin", "", "caf", "its name"),
        ("Conseil départemental de l'Ain", "", "department", "its name"),
        ("Conseil régional d'Occitanie", "", "region", "its name"),
        ("Communauté urbaine d'Arras", "", "intercommunality", "its name"),
        ("Ville de Roubaix", "", "commune", "its name"),
        ("Fondation de France", "", "other", "nothing"),
        ("Ville de Roubaix", "123", "commune", "its name"),
    ],
)
def test_a_grantor_that_is_not_known_becomes_a_funder_of_a_deduced_kind(
    tmp_path: Path, name: str, siret: str, kind: str, because: str
) -> None:
    found = through(tmp_path, SCDL + grant(nomAttribuant=name, idAttribuant=siret))
    (funder,) = found.rows["funders"]
    assert (funder["name"], funder["kind"]) == (name, kind)
    assert funder["siren"] == (siret[:9] if len(siret) == 14 else "")
    assert because in funder["note"]
    assert found.rows["funding"][0]["funder"] == funder["id"]
    (said,) = [notice for notice in found.notices if "funders" in notice]
    assert funder["id"] in said
    assert because in said
    assert f"kind {kind}" in said


def test_a_grantor_is_found_by_its_number_then_by_its_name(tmp_path: Path) -> None:
    found = through(
        tmp_path,
        SCDL
        + grant(nomAttribuant="Bretagne", objet="by number")
        + grant(nomAttribuant="ETAT", idAttribuant="13002603200016", objet="by the name of one without a number")
        + grant(nomAttribuant="Ville de Lyon", idAttribuant="", objet="by name"),
    )
    assert [row["funder"] for row in found.rows["funding"]] == ["region-bretagne", "etat", "ville-de-lyon"]
    assert found.rows["funders"] == []


def test_two_grantors_of_one_name_are_two_and_one_of_two_names_is_one(tmp_path: Path) -> None:
    found = through(
        tmp_path,
        SCDL
        + grant(nomAttribuant="Ville de Lyon", idAttribuant="21690123100011", objet="another Lyon")
        + grant(nomAttribuant="Saint-Denis", idAttribuant="21930066200014", objet="a")
        + grant(nomAttribuant="Saint-Denis", idAttribuant="21974011500011", objet="b")
        + grant(nomAttribuant="Ville de Saint-Denis", idAttribuant="21930066200014", objet="c")
        + grant(nomAttribuant="Saint-Denis", idAttribuant="", objet="of which of the two?"),
    )
    # “ville-de-lyon” is somebody else: its number is another one.
    assert [row["funder"] for row in found.rows["funding"]] == [
        "ville-de-lyon-216901231",
        "saint-denis",
        "saint-denis-219740115",
        "saint-denis",
        "saint-denis-2",
    ]
    assert found.lines["funders"] == [2, 3, 4, 6]


def test_the_files_of_one_load_share_the_funders_they_make(tmp_path: Path) -> None:
    known = KnownIds(KNOWN)
    first = through(tmp_path, SCDL + grant(nomAttribuant="ANTIBES", idAttribuant="21060004500392"), known=known)
    second = through(
        tmp_path, SCDL + grant(nomAttribuant="Ville d'Antibes", idAttribuant="21060004500392"), known=known
    )
    assert [row["id"] for row in first.rows["funders"]] == ["antibes"]
    assert second.rows["funders"] == []
    assert second.rows["funding"][0]["funder"] == "antibes"


def test_rows_made_on_the_way_are_known_even_if_they_are_asked_for_first(tmp_path: Path) -> None:
    (tmp_path / "file.csv").write_text(SCDL + grant(nomAttribuant="ANTIBES", idAttribuant="21060004500392"))
    grids = apply(load_profile("scdl-subventions"), open_csv(tmp_path / "file.csv"), KnownIds(KNOWN), "file.csv")
    (funders,) = [grid for name, grid in grids if name == "funders"]
    assert [row.cells[0] for row in funders.rows() if isinstance(row, Row)] == ["antibes"]


# A file of payments, and the worked example


PAYMENTS = (
    "siren,nom,annee,montant_eur,echelon,financeur,programme,objet,measure,granularity,source_id,source_label\n"
    "408211159,ORIV,2016,100.10,etat,ANCT,P147,a,attribue,individual,anct-politique-ville,ANCT\n"
    "408211159,ORIV,2016,200.2,etat,ANCT,P147,b,attribue,individual,anct-politique-ville-2,ANCT\n"
    "408211159,ORIV,2016,300.3,etat,ANCT,P147,b,verse,individual,anct-politique-ville-2,ANCT\n"
    "408211159,ORIV,2016,300.3,etat,État — 147,147,b,attribue,individual,plf-jaune-2018,Annexe d\x92État\n"
    "408211159,ORIV,2016,50,etat,État — 104,104,b,attribue,individual,plf-jaune-2018,Annexe\n"
    "408211159,ORIV,,50,etat,ANCT,P147,b,attribue,individual,anct-politique-ville,ANCT\n"
    "408211159,ORIV,2017,,etat,ANCT,P147,b,attribue,individual,anct-politique-ville,ANCT\n"
    "380369124,IRTS,2016,999,etat,ANCT,P147,b,attribue,individual,anct-politique-ville,ANCT\n"
)
EXAMPLE = str(REPOSITORY / "docs" / "profiles" / "versements-crpv.toml")
ANNEXES = str(REPOSITORY / "docs" / "profiles" / "versements-crpv-jaune.toml")


def test_the_worked_example_gives_each_grant_with_its_object_and_its_line(tmp_path: Path) -> None:
    found = through(tmp_path, PAYMENTS, EXAMPLE)
    assert [[row[name] for name in ("centre", "year", "amount", "locator")] for row in found.rows["funding"]] == [
        ["oriv", "2016", "100.10", "file.csv:2"],
        ["oriv", "2016", "200.20", "file.csv:3"],
    ]
    assert [(row["object"], row["level"]) for row in found.rows["funding"]] == [("a", "decision"), ("b", "decision")]
    assert found.notices == [
        "file.csv: 1 row was skipped: paid, not granted.",
        "file.csv: 2 rows were skipped: not from the agency's file.",
        "file.csv: 1 row was skipped: no year (€50).",
        "file.csv: 1 row was skipped: no amount.",
        "file.csv: 1 row was skipped: the body is no centre of the registry.",
    ]


def test_the_annexes_come_with_their_source_and_without_stray_characters(tmp_path: Path) -> None:
    found = through(tmp_path, PAYMENTS, ANNEXES)
    assert [(row["amount"], row["source"]) for row in found.rows["funding"]] == [("300.30", "jaune-plf-2018")]
    assert [(row["id"], row["title"]) for row in found.rows["sources"]] == [("jaune-plf-2018", "Annexe d’État")]


# Through the whole program


@pytest.fixture
def registry(tmp_path: Path, reference_path: Path) -> Path:
    return Path(shutil.copy(reference_path, tmp_path / "registry.sqlite"))


def loaded(registry: Path, *files: Path, profile: str | None = None) -> LoadReport:
    with open_writing(registry) as connection:
        reading = ReadOptions(profile=profile, known=KnownIds(lookups(connection)))
        sources, anomalies = sources_of([InputFile(file, str(file)) for file in files], reading)
        return load(connection, sources, anomalies)


def dump(registry: Path) -> dict[str, list[str]]:
    with open_writing(registry) as connection:
        return {
            name: sorted(repr(tuple(row)) for row in connection.execute(f"select * from {name}")) for name in TABLES
        }


def figures(report: LoadReport) -> dict[str, tuple[int, int, int, int]]:
    return {one.table: (one.read, one.inserted, one.updated, one.unchanged) for one in report.files}


THREE = (
    SCDL
    + grant(
        nomAttribuant="Ville de Roubaix", idAttribuant="21590512600014", idBeneficiaire="18592158200028", montant="5000"
    )
    + grant(nomAttribuant="Région Bretagne", idBeneficiaire="43528658800049", montant="15000")
    + grant(nomAttribuant="Ville de Roubaix", idAttribuant="21590512600014", montant="2500,50")
    + grant(idBeneficiaire="52499120500013", nomBeneficiaire="Tennis Club")
)


def test_grants_to_three_real_centres_go_in_and_come_out_again(tmp_path: Path, registry: Path) -> None:
    before = dump(registry)
    file = tmp_path / "subventions.csv"
    file.write_text(THREE, encoding="utf-8")
    report = loaded(registry, file)
    assert report.errors == 0
    assert figures(report) == {"funding": (3, 3, 0, 0), "sources": (1, 1, 0, 0), "funders": (1, 1, 0, 0)}
    with open_writing(registry) as connection:
        rows = connection.execute(
            """
            select centre, f.funder, g.kind, year, amount_cents, stage, f.source
            from funding as f join funders as g on g.id = f.funder where f.load = ? order by centre
            """,
            (report.load,),
        ).fetchall()
        profiles = {
            row[0] for row in connection.execute("select profile from load_files where load = ?", (report.load,))
        }
    assert [tuple(row) for row in rows] == [
        ("irev", "ville-de-roubaix", "commune", 2024, 500000, "granted", "scdl-subventions"),
        ("oriv", "ville-de-roubaix", "commune", 2024, 250050, "granted", "scdl-subventions"),
        ("reso-villes", "region-bretagne", "region", 2024, 1500000, "granted", "scdl-subventions"),
    ]
    assert profiles == {"scdl-subventions"}
    again = loaded(registry, file)
    assert figures(again) == {"funding": (3, 0, 0, 3)}
    assert again.load is None
    with open_writing(registry) as connection:
        undo(connection, report.load or 0)
    assert dump(registry) == before


def test_a_workbook_with_an_official_list_under_a_title_is_recognised(tmp_path: Path, registry: Path) -> None:
    xlsxwriter = pytest.importorskip("xlsxwriter")
    path = tmp_path / "subventions.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Subventions 2024")
    sheet.write(0, 0, "Subventions attribuées en 2024")
    header = ["nomAttribuant", "idAttribuant", "dateConvention", "idBeneficiaire", "objet", "montant"]
    for place, name in enumerate(header):
        sheet.write(2, place, name)
    for line, (number, amount) in enumerate([(40821115900021, 1500), (18592158200028, "beaucoup")], 3):
        for place, value in enumerate(["Ville de Roubaix", 21590512600014, "2024-03-01", number, "Réseau", amount]):
            sheet.write(line, place, value)
    book.close()
    report = loaded(registry, path)
    assert [(one.cell, one.sheet, one.code) for one in report.anomalies] == [
        ("F5", "Subventions 2024", "not-an-amount")
    ]
    assert report.stopped
    assert (report.files[0].table, report.files[0].sheet) == ("funding", "Subventions 2024")


@pytest.fixture
def crpv(tmp_path: Path, registry: Path) -> Crpv:
    return partial(inside, env={"HOME": str(tmp_path), "CRPV_DB": str(registry)}, cwd=tmp_path)


def test_the_command_loads_official_files_by_their_header(crpv: Crpv, tmp_path: Path) -> None:
    (tmp_path / "qpv.csv").write_text(QPV + "QN00101M;Cur;84;;1;Ain;1053;Bourg;200071751;CA;;\n", encoding="utf-8")
    (tmp_path / "none.csv").write_text(
        SCDL + grant(idBeneficiaire="52499120500013", nomBeneficiaire="x"), encoding="utf-8"
    )
    ran = crpv("load", "qpv.csv")
    assert (ran.returncode, ran.stdout) == (0, "")
    assert "Neighbourhoods: 1 read, 1 inserted" in ran.stderr
    none = crpv("load", "none.csv")
    assert none.returncode == 0
    assert "1 row was skipped: the beneficiary is no centre of the registry" in none.stderr
    assert "Nothing was loaded: no row read is about the registry's centres." in none.stderr
    listed = crpv("list", "neighbourhoods", "-f", "csv").stdout.splitlines()
    assert listed[1].startswith("QN00101M,Cœur,2024,01,01053,Bourg,")


def test_the_command_takes_a_profile_of_ones_own(crpv: Crpv, tmp_path: Path) -> None:
    (tmp_path / "payments.csv").write_text(PAYMENTS, encoding="utf-8")
    ran = crpv("load", "payments.csv", "--profile", EXAMPLE, "--dry-run")
    assert ran.returncode == 0
    assert "Funding: 2 read, 2 inserted" in ran.stderr
    assert crpv("diff", "payments.csv", "--profile", EXAMPLE).returncode == 0
    assert crpv("load", "payments.csv").returncode == 1  # no profile that comes with crpv knows it
    unfit = crpv("load", "payments.csv", "--profile", "scdl-subventions")
    assert unfit.returncode == 1
    assert "profile" in unfit.stderr
    assert crpv("load", "payments.csv", "--profile", "nope").returncode == 2
    assert crpv("load", "payments.csv", "--profile", "nope.toml").returncode == 3
    assert crpv("load", "payments.csv", "--profile", EXAMPLE, "--as", "funding").returncode == 2


def test_refused_rows_of_an_official_file_keep_its_own_columns(crpv: Crpv, tmp_path: Path) -> None:
    (tmp_path / "grants.csv").write_text(SCDL + grant() + grant(montant="beaucoup"), encoding="utf-8")
    assert crpv("load", "grants.csv", "--keep-valid").returncode == 1
    refused = (tmp_path / "grants.refused.csv").read_text(encoding="utf-8").splitlines()
    assert refused[0] == "crpv_line,crpv_anomalies," + SCDL.strip()
    assert refused[1].startswith("3,")
    corrected = "\n".join(refused).replace(",beaucoup,", ",7,")
    (tmp_path / "corrected.csv").write_text(corrected, encoding="utf-8")
    ran = crpv("load", "corrected.csv")
    assert ran.returncode == 0
    assert "Funding: 1 read" in ran.stderr


def test_the_command_lists_profiles_and_shows_one(crpv: Crpv) -> None:
    ran = crpv("profiles")
    assert ran.returncode == 0
    assert "qpv" in ran.stdout
    assert "scdl-subventions" in ran.stdout
    shown = crpv("profiles", "qpv", "-f", "json")
    assert shown.returncode == 0
    assert "insee-communes" in shown.stdout
    assert crpv("profiles", EXAMPLE).returncode == 0
    assert crpv("profiles", "qpv-2023").returncode == 2


@pytest.mark.parametrize("spoken", ["en", "fr"])
def test_every_profile_can_be_described(spoken: str) -> None:
    language.activate(spoken)
    profiles = [*shipped_profiles().values(), load_profile(EXAMPLE), load_profile(ANNEXES)]
    assert [row[0] for row in profiles_list(profiles).rows] == [profile.name for profile in profiles]
    for profile in profiles:
        sheet = profile_sheet(profile)
        assert all(section.rows for section in sheet.sections) or profile.name == "qpv"
        assert profile.title.text("fr") != profile.title.text("en")
        for section in sheet.sections:
            assert set(section.screen) <= {column.name for column in section.columns}


# Conversions


@pytest.mark.parametrize(
    ("name", "text", "made"),
    [
        ("text", "  a \n b ", "a b"),
        ("control-characters", "d\x92animation", "d’animation"),
        ("control-characters", "Mise en \x9cuvre", "Mise en œuvre"),
        ("control-characters", "a\x00b\x07c\x81", "abc"),
        ("amount", "241500.0", "241500.00"),
        ("amount", "1 234,5 €", "1234.50"),
        ("amount", "-12", "-12.00"),
        ("integer", "1 234", "1234"),
        ("decimal", "1,5", "1.5"),
        ("date", "27/06/2017", "2017-06-27"),
        ("year", "2017", "2017"),
        ("year", "2017.0", "2017"),
        ("year-of-date", "2017-06-27", "2017"),
        ("year-of-date", "27/06/2017", "2017"),
        ("year-of-date", "2017-06-27T10:30:00+02:00", "2017"),
        ("year-of-date", "2017-06-27 10:30", "2017"),
        ("year-of-date", "2017", "2017"),
        ("year-of-date", "2017-06", "2017"),
        ("year-of-date", "juin 2017", "2017"),
        ("year-of-date", "2017-03-06/2018-03-06", "2017"),
        ("year-of-date", "06/03/2017-05/03/2018", "2017"),
        ("year-of-date", "23/02/2017 - 17/01/2019", "2017"),
        ("insee-commune", "1053", "01053"),
        ("insee-communes", "1053, 1004 ;01283", "01053 01004 01283"),
        ("insee-communes", "2a004", "2A004"),
        ("insee-department", "1", "01"),
        ("insee-department", "2a", "2A"),
        ("department-of-commune", "1053", "01"),
        ("department-of-commune", "97411", "974"),
        ("siren-of-siret", "408 211 159 00021", "408211159"),
        ("siren-of-siret", "408.211.159", "408211159"),
        ("siren-of-siret", "40821115900021.0", "408211159"),
        ("siren", "408211159", "408211159"),
        ("sirens", "245901160, 200042190", "245901160 200042190"),
        ("slug", "Région Île-de-France", "region-ile-de-france"),
    ],
)
def test_a_conversion_makes(name: str, text: str, made: str) -> None:
    assert CONVERSIONS[name](text)[0] == made


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("amount", "beaucoup", "not-an-amount"),
        ("amount", "1.234", "ambiguous-number"),
        ("year", "17", "not-a-year"),
        ("year-of-date", "juin 17", "not-a-date"),
        ("year-of-date", "2016-2017", "not-a-date"),
        ("year-of-date", "0203-03-06", "date-out-of-reach"),
        ("year-of-date", "45000", "serial-date"),
        ("year-of-date", "2017-30-05", "no-such-day"),
        ("insee-commune", "53", "not-a-commune"),
        ("insee-communes", "1053 53", "not-a-commune"),
        ("insee-department", "20", "not-a-department"),
        ("siren-of-siret", "408211158", "not-a-siren"),
        ("siren-of-siret", "4,08E+13", "number-destroyed"),
        ("siren-of-siret", "40821110000000.0", "number-destroyed"),
        ("siren-of-siret", "000000000", "not-a-siren"),
        ("slug", "—", "not-an-id"),
    ],
)
def test_a_conversion_refuses(name: str, text: str, code: str) -> None:
    with pytest.raises(Fault) as fault:
        CONVERSIONS[name](text)
    assert fault.value.code == code
    assert fault.value.advice is not None


@pytest.mark.parametrize(
    ("name", "text", "made", "code"),
    [
        ("year-of-date", "2022-12-31T23:00:00.000Z", "2023", "read-as-day"),
        ("amount", "12,5 k€", "12500.00", "multiplied"),
        ("amount", "NC", "", "not-known"),
        ("siren-of-siret", "n.c.", "", "not-known"),
        ("date", "20170627", "2017-06-27", "read-as-day"),
    ],
)
def test_a_conversion_says_what_it_corrected(name: str, text: str, made: str, code: str) -> None:
    value, correction = CONVERSIONS[name](text)
    assert value == made
    assert correction is not None
    assert correction.code == code


def test_conversions_with_more_than_a_name() -> None:
    kinds = choice({"Aide en numéraire": "cash", "aide en nature": "kind"})
    assert kinds("AIDE EN NUMERAIRE") == ("cash", None)
    with pytest.raises(Fault):
        kinds("prêt")
    made, told = choice({"a": "b"}, "other")("prêt")
    assert (made, told and told.code) == ("other", "unknown-value")
    assert pattern(r"^plf-(\d+)$", r"annex-\1")("plf-2018") == ("annex-2018", None)
    assert words({"Cur": "Cœur"})("Cur et Curial")[0] == "Cœur et Curial"


@pytest.mark.parametrize(
    ("text", "share"), [("1", "1"), ("100", "1"), ("0.45", "0.45"), ("0,45", "0.45"), ("45", "0.45"), ("1 %", "0.01")]
)
def test_a_share_is_read(text: str, share: str) -> None:
    assert share_of(text) == Decimal(share)


@pytest.mark.parametrize("text", ["0", "101", "-1", "half", "150 %"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(Fault):
        share_of(text)


@given(st.sampled_from(sorted(CONVERSIONS)), st.text(max_size=20).filter(lambda text: bool(text.strip())))
def test_any_text_is_converted_or_refused(name: str, text: str) -> None:
    try:
        made, correction = CONVERSIONS[name](text)
    except Fault as fault:
        assert fault.message.text("en")
        return
    assert isinstance(made, str)
    assert correction is None or correction.message.text("en")


@given(st.text())
def test_restoring_words_changes_nothing_else(text: str) -> None:
    restored, correction = words({"Cur": "Cœur"}, ["Buf"])(text)
    assert restored.replace("Cœur", "Cur") == text.replace("Cœur", "Cur")
    assert (correction is None) == ("Cur" not in text.split() and "Buf" not in text.split()) or not text.isascii()


CELL = st.sampled_from(
    [
        "",
        "ORIV",
        "40821115900021",
        "408211159",
        "21060004500392",
        "2024-01-01",
        "01/02/2023",
        "x",
        "12.50",
        "1 000",
        "0.5",
    ]
) | st.text("0123456789,.- éa", max_size=6)


@given(st.lists(st.lists(CELL, min_size=16, max_size=16), max_size=12))
def test_every_row_is_kept_skipped_or_refused(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    folder = tmp_path_factory.mktemp("any", numbered=True)
    rows = [[cell.replace('"', "") for cell in row] for row in rows if sum(bool(cell.strip()) for cell in row) > 1]
    content = SCDL + "".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in rows)
    found = through(folder, content)
    refused = {one.line for one in found.anomalies if one.severity is Severity.ERROR}
    (main, *_) = [grid for _, grid in found.grids]
    transform = main._transform
    assert transform.read == len(rows)

    each = load_profile("scdl-subventions").model_copy(update={"combine": None})
    kept = Outcome(apply(each, open_csv(folder / "file.csv"), KnownIds(KNOWN), "file.csv")).rows["funding"]
    assert len(kept) + transform.telling.skipped + len(refused) == len(rows)
    total = sum((Decimal(row["amount"]) for row in found.rows["funding"] if row["amount"]), Decimal(0))
    assert total == total.quantize(Decimal("0.01"))
    ids = Counter(row["id"] for row in found.rows["funders"])
    assert max(ids.values(), default=1) == 1
    assert {row["funder"] for row in found.rows["funding"]} <= {*ids, *KNOWN["funders"], ""}
    shutil.rmtree(folder)


# Profiles that cannot be used

SMALL = """
name = "small"
table = "sources"
[header.required]
id = []
titre = ["intitulé"]
[columns.id]
from = "id"
[columns.title]
from = "titre"
"""


def test_a_small_profile_is_enough() -> None:
    profile = parse(SMALL.encode(), "small.toml")
    assert profile.missing(["ID", "Intitulé"]) == []
    assert profile.title.text() == "small"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("table = ", "table == "), "not a TOML file"),
        (('"sources"', '"source"'), "table: there is no table called source"),
        (('"small"', '""'), "name: a text is expected"),
        (('from = "titre"', 'form = "titre"'), "columns.title.form: there is no such key"),
        (('from = "titre"', 'from = "title"'), "columns.title.from: “title” is neither a column"),
        (('from = "titre"', 'from = "titre"\nconvert = ["upper"]'), "there is no conversion called “upper”"),
        (('from = "titre"', 'from = "titre"\nconvert = [{ choice = "x" }]'), "there is no group choices.x"),
        (('from = "titre"', 'from = "titre"\nconvert = [{ words = "x" }]'), "there is no group words.x"),
        (
            ('from = "titre"', "from = \"titre\"\nconvert = [{ pattern = '(', replace = '' }]"),
            "not a regular expression",
        ),
        (
            ('from = "titre"', "from = \"titre\"\nconvert = [{ pattern = 'a', replace = '\\1' }]"),
            "not a valid replacement",
        ),
        (('from = "titre"', 'from = "titre"\nconvert = [3]'), "a conversion is a name"),
        (('from = "titre"', 'find = [{ lookup = "x", from = "id" }]'), "there is no lookup called “x”"),
        (('from = "titre"', 'find = [{ lookup = "sources", from = "id" }]\ncreate = "x"'), "no group create.x"),
        (('from = "titre"', 'template = "{nope}"'), "columns.title.template: “nope” is neither"),
        (('from = "titre"', ""), "columns.title: it does not say where its value comes from"),
        (("[columns.title]", "[columns.titel]"), "columns.titel: there is no such key"),
        (('[columns.title]\nfrom = "titre"', ""), "the required columns title are missing"),
        (('titre = ["intitulé"]', '[header.optional]\ntitre = ["intitulé"]'), "columns.title: the column is required"),
        (('id = []\ntitre = ["intitulé"]', ""), "header.required: at least one column"),
        (
            ("[columns.id]", '[[filter]]\nfrom = "id"\nreason = "x"\n[columns.id]'),
            "filter[1]: it does not say what to keep",
        ),
        (("[columns.id]", '[[filter]]\nfrom = "id"\nequals = "x"\n[columns.id]'), "filter[1].reason: a text"),
        (
            ("[columns.id]", '[[filter]]\nfrom = "id"\nmatches = "("\nreason = "x"\n[columns.id]'),
            "filter[1].matches: it is not a regular expression",
        ),
        (
            ("[columns.id]", '[[filter]]\nfrom = "id"\nequals = "x"\nreason = "x"\nafter = "y"\n[columns.id]'),
            "filter[1].after",
        ),
        (("[columns.id]", '[combine]\nid = "sum"\n[columns.id]'), "combine.id: only columns of this profile"),
        (("[columns.id]", '[combine]\ntitle = "sum"\n[columns.id]'), "combine.title: only numbers can be summed"),
        (("[columns.id]", '[combine]\ntitle = "any"\n[columns.id]'), "combine.title: it is one of sum, first, join"),
        (("[columns.id]", "[combine]\n[columns.id]"), "combine.title: it does not say how"),
        (("[columns.id]", '[combine]\nidentical = 2\ntitle = "first"\n[columns.id]'), "combine.identical"),
        (("[columns.id]", "[create.funders.columns]\n[columns.id]"), "the required columns id, name, kind"),
        (("[columns.id]", "[create.funding.columns]\n[columns.id]"), "a profile cannot create rows of this table"),
        (
            ("[columns.id]", '[let.id]\nconstant = "x"\n[columns.id]'),
            "let.id: a column of the file already has that name",
        ),
        (("[columns.id]", 'title = { fr = "x" }\n[columns.id]'), "header.required.title"),
    ],
)
def test_what_is_wrong_with_a_profile_is_said_with_its_place(change: tuple[str, str], said: str) -> None:
    content = SMALL.replace(*change)
    assert content != SMALL
    with pytest.raises(FileProblem) as problem:
        parse(content.encode(), "small.toml")
    assert said in problem.value.message.text("en")
    assert "small.toml" in problem.value.message.text("en")
    assert problem.value.advice is not None


def test_only_amounts_are_summed_and_shared_out() -> None:
    example = Path(EXAMPLE).read_text(encoding="utf-8")
    amount = 'from = "montant_eur"\nconvert = ["amount"]'
    assert amount in example
    for change, said in (
        ('from = "montant_eur"', "combine.amount: only numbers can be summed"),
        ('from = "montant_eur"\nshare = "annee"', "columns.amount.share: only a column of amounts"),
        (amount + '\n[let.part]\nfrom = "annee"\nshare = "annee"', "let.part.share: only a column of amounts"),
    ):
        with pytest.raises(FileProblem) as problem:
            parse((example.replace(amount, change) + '[combine]\namount = "sum"\n').encode(), "changed.toml")
        assert said in problem.value.message.text("en")


def test_a_profile_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem):
        load_profile("scdl")
    with pytest.raises(CrpvError):
        load_profile(str(tmp_path / "gone.toml"))


def test_rows_can_be_joined_and_templates_filled(tmp_path: Path) -> None:
    profile = tmp_path / "notes.toml"
    profile.write_text(
        """
        name = "notes"
        table = "sources"
        title = { en = "Notes", fr = "Remarques" }
        [header.required]
        id = []
        titre = []
        auteur = []
        [choices.kinds]
        "oui" = "yes"
        [columns.id]
        from = "id"
        convert = ["slug"]
        [columns.title]
        template = "{titre} ({file})"
        [columns.publisher]
        from = "auteur"
        [columns.fictitious]
        from = ["auteur"]
        rules = [{ where = { titre = "^demo" }, value = "yes" }]
        otherwise = "no"
        [combine]
        title = "first"
        publisher = "join"
        fictitious = "first"
        """,
        encoding="utf-8",
    )
    found = through(tmp_path, "id,titre,auteur\nUn,Démo A,x\nUn,B,y\nun,C,x\nDeux,D,\n", str(profile))
    assert found.rows["sources"] == [
        {"id": "un", "title": "Démo A (file.csv)", "publisher": "x; y", "fictitious": "yes"},
        {"id": "deux", "title": "D (file.csv)", "publisher": "", "fictitious": "no"},
    ]


# Whole files, in the shapes of the official ones


def test_a_list_of_neighbourhoods_as_it_is_published(tmp_path: Path, registry: Path) -> None:
    file = tmp_path / "listeqp2024-cog2024.csv"
    file.write_bytes(official.NEIGHBOURHOODS)
    report = loaded(registry, file)
    assert figures(report) == {"neighbourhoods": (12, 12, 0, 0)}
    assert {anomaly.severity for anomaly in report.anomalies} == {Severity.WARNING}
    with open_writing(registry) as connection:
        held = {row["code"]: row for row in connection.execute("select * from neighbourhoods order by code")}
    assert [code for code, row in held.items() if " " in row["communes"]] == ["QN00193I", "QN00692M", "QN97191I"]
    assert (held["QN00191M"]["department"], held["QN00191M"]["communes"]) == ("01", "01901")
    assert held["QN01791M"]["epci_name"] == 'CA "Bourg - L\'Agglo"'
    assert held["QN98791M"]["epci"] is None
    assert {code: row["name"] for code, row in held.items() if "œ" in row["name"]} == {
        "QN00192M": "Cœur De Ville - L'Exemple",
        "QN00291M": "Champ De Manœuvre",
        "QN97191I": "Cœur d'agglo - Le Modèle",
    }
    assert figures(loaded(registry, file)) == {"neighbourhoods": (12, 0, 0, 12)}


def test_published_subsidies_without_a_centre(tmp_path: Path, registry: Path) -> None:
    file = tmp_path / "subventions.csv"
    file.write_text(official.SUBSIDIES, encoding="utf-8")
    report = loaded(registry, file)
    assert (report.errors, report.load, figures(report)) == (0, None, {"funding": (0, 0, 0, 0)})
    assert sum(int(notice.values["count"]) for notice in report.notices[:-1]) == 7  # type: ignore[call-overload]


def granted(registry: Path) -> dict[int, int]:
    with open_writing(registry) as connection:
        rows = read(connection, "select year, sum(amount_cents) from state_support group by year", "2026-12-31")
        return dict(map(tuple, rows.fetchall()))


def test_grants_loaded_over_the_same_grants_change_no_figure_and_it_is_said(tmp_path: Path, registry: Path) -> None:
    before, figures_before = dump(registry), granted(registry)
    # What the State published: programme 147, in euros (2021: associations only).
    assert figures_before == {
        2016: 548965715, 2017: 414439176, 2018: 448781400, 2019: 493749127, 2020: 473061700,
        2021: 340006600, 2022: 537469478, 2023: 543787100, 2024: 579805500, 2025: 551568100,
    }  # fmt: skip
    with open_writing(registry) as connection:
        grants = connection.execute(
            """
            select c.siren, year, printf('%d.%02d', amount_cents / 100, amount_cents % 100), object
            from funding as f join centres as c on c.id = f.centre
            where scheme = 'P147' and f.source = 'anct-subventions'
            """
        ).fetchall()
    assert len(grants) == 806
    file = tmp_path / "versements.csv"
    file.write_text(official.collected_grants(map(tuple, grants)), "utf-8")
    report = loaded(registry, file, profile=EXAMPLE)
    assert figures(report) == {"funding": (806, 806, 0, 0)}
    (said,) = report.anomalies
    assert said.code == "same-money"
    assert "806 rows are the same money" in said.message.text("en")
    assert granted(registry) == figures_before
    annexes = loaded(registry, file, profile=ANNEXES)
    said, leap = annexes.anomalies
    assert leap.code == "unusual-leap"  # 2022 after 2021, of which the annex has a part
    assert said.code == "total-detailed"
    assert "161 yearly totals are the sums of decisions" in said.message.text("en")
    assert granted(registry) == figures_before
    for done in (annexes, report):
        with open_writing(registry) as connection:
            undo(connection, done.load or 0)
    assert dump(registry) == before


def test_yearly_sums_of_the_bundled_grants_change_no_figure_and_it_is_said(tmp_path: Path, registry: Path) -> None:
    """What a registry of before schema 7 holds of them, once it is brought up to date."""
    before = granted(registry)
    with open_writing(registry) as connection:
        sums = connection.execute(
            "select centre, year, sum(amount_cents) / 100.0 from funding "
            "where scheme = 'P147' and source = 'anct-subventions' group by centre, year"
        ).fetchall()
    file = tmp_path / "funding.csv"
    file.write_text(
        "centre,funder,year,scheme,stage,amount,level,source\n"
        + "".join(
            f"{centre},etat,{year},P147,granted,{amount:.2f},yearly-total,anct-subventions\n"
            for centre, year, amount in sums
        ),
        "utf-8",
    )
    report = loaded(registry, file)
    assert figures(report)["funding"] == (161, 161, 0, 0)
    (said,) = report.anomalies
    assert (said.code, said.message.values["count"]) == ("total-detailed", 161)
    assert granted(registry) == before
