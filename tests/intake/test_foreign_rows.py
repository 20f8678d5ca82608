"""No foreign row is dropped, doubled or replaced without a word: what is ours, what is not, and what is damaged."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from crpv_cli.errors import Severity
from crpv_cli.intake.amounts import unit_of
from crpv_cli.intake.faults import Fault
from crpv_cli.intake.headings import heading_of
from crpv_cli.intake.profiles.known import KnownIds
from crpv_cli.intake.profiles.parsing import parse
from crpv_cli.intake.profiles.shipped import find_profile, load_profile, nearest_profile
from crpv_cli.intake.profiles.transform import apply
from crpv_cli.intake.readers import open_csv
from crpv_cli.registry.connection import open_writing
from crpv_cli.registry.queries import read
from tests.inside import inside
from tests.intake.test_profiles import KNOWN, SCDL, Outcome, grant, loaded, through

Crpv = Callable[..., CompletedProcess[str]]

HEADINGS = SCDL.strip().split(",")
KNOWN_NAMES = KNOWN | {
    "centre-of-name": {"oriv": "oriv", "villes au carre": "villes-au-carre", "labo cites": "labo-cites"}
}


@pytest.fixture
def registry(tmp_path: Path, reference_path: Path) -> Path:
    return Path(shutil.copy(reference_path, tmp_path / "registry.sqlite"))


@pytest.fixture
def crpv(tmp_path: Path, registry: Path) -> Crpv:
    return partial(inside, env={"HOME": str(tmp_path), "CRPV_DB": str(registry)}, cwd=tmp_path)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def named(folder: Path, *rows: str) -> Outcome:
    return through(folder, SCDL + "".join(rows), known=KnownIds(KNOWN_NAMES))


# A number that is not the centre's


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("4,08211E+13", "a spreadsheet destroyed its number (4,08211E+13)"),
        ("4.08211E13", "a spreadsheet destroyed its number (4.08211E13)"),
        ("40821100000000.0", "a spreadsheet destroyed its number (40821100000000.0)"),
        ("408211000", "a spreadsheet destroyed its number (408211000)"),
        ("########", "a spreadsheet destroyed its number (########)"),
        ("", "the row has no number"),
        ("non communiqué", "the row has no number"),
        ("voir dossier", "“voir dossier” is no valid number"),
        ("123456789", "“123456789” is no valid number"),
        ("52499120500013", "52499120500013 is the number of another body"),
    ],
)
def test_a_name_of_a_centre_beside_a_number_that_is_not_its_own_is_always_told(
    tmp_path: Path, number: str, said: str
) -> None:
    found = through(tmp_path, SCDL + grant(idBeneficiaire=number, nomBeneficiaire="LABO CITÉS", montant="1 200"))
    assert found.codes == [(2, "nomBeneficiaire", "LABO CITÉS", "skipped-by-number")]
    (told,) = found.anomalies
    assert told.severity is Severity.WARNING
    assert told.message.text("en") == (
        f"“LABO CITÉS” is the name of labo-cites, but {said}; the row was left out. It carries €1,200."
    )
    assert found.rows["funding"] == []
    assert found.notices == [
        "file.csv: 1 row was skipped: the name of a centre beside another number or none (€1,200)."
    ]


def test_a_longer_name_is_told_only_where_no_other_number_says_whose_it_is(tmp_path: Path) -> None:
    longer = "Association Villes au Carré (Tours)"
    found = named(tmp_path, grant(idBeneficiaire="", nomBeneficiaire=longer))
    assert found.codes == [(2, "nomBeneficiaire", longer, "skipped-by-number")]
    assert named(tmp_path, grant(idBeneficiaire="52499120500013", nomBeneficiaire=longer)).codes == []
    # A single word, and a name of which only letters are the same, are a part of too much.
    assert named(tmp_path, grant(idBeneficiaire="", nomBeneficiaire="Amis d'ORIV")).codes == []
    assert named(tmp_path, grant(idBeneficiaire="", nomBeneficiaire="Villes au carrefour")).codes == []


def test_where_centres_are_found_by_name_a_longer_name_is_told(tmp_path: Path) -> None:
    profile = SMALL.replace(
        '[columns.centre]\nfrom = "centre"',
        '[columns.centre]\nfind = [{ lookup = "centre-of-name", from = "centre" }]\nskip-unknown = "no centre"\n'
        'suspect = { lookup = "centre-of-name", from = "centre" }',
    )
    (tmp_path / "file.csv").write_text(
        "centre;date;somme\nVilles au Carré;2020;1\nAssociation Villes au Carré;2020;2\nTennis;2020;3\n", "utf-8"
    )
    grid = open_csv(tmp_path / "file.csv")
    found = Outcome(apply(parse(profile.encode(), "small.toml"), grid, KnownIds(KNOWN_NAMES), "file.csv"))
    assert [row["centre"] for row in found.rows["funding"]] == ["villes-au-carre"]
    (told,) = found.anomalies
    assert (told.line, told.column, told.code) == (3, "centre", "skipped-by-number")
    assert told.message.text("en") == (
        "“Association Villes au Carré” has the name of villes-au-carre in it, but is longer; the row was left out. "
        "It carries €2."
    )


def test_the_name_of_a_department_is_not_that_of_a_centre(tmp_path: Path, registry: Path) -> None:
    (tmp_path / "file.csv").write_text(
        SCDL
        + grant(idBeneficiaire="21750001600019", nomBeneficiaire="PARIS")
        + grant(idBeneficiaire="", nomBeneficiaire="Guadeloupe")
        + grant(idBeneficiaire="", nomBeneficiaire="Labo Cités"),
        encoding="utf-8",
    )
    (told,) = loaded(registry, tmp_path / "file.csv").anomalies
    assert (told.line, told.code) == (4, "skipped-by-number")


def test_a_number_that_a_spreadsheet_destroyed_is_told_whoever_it_is(tmp_path: Path) -> None:
    found = through(
        tmp_path,
        SCDL
        + grant()
        + grant(idBeneficiaire="5,24991E+13", nomBeneficiaire="Tennis", montant="10,5")
        + grant(idBeneficiaire="5,24991E+13", nomBeneficiaire="Judo", montant="20")
        + grant(idBeneficiaire="5,24991E+13", nomBeneficiaire="Rugby", montant="beaucoup"),
    )
    assert found.codes == [(3, "idBeneficiaire", "5,24991E+13", "number-destroyed")]
    assert found.anomalies[0].message.text("en") == (
        "A spreadsheet destroyed the number of 3 rows: whose they are cannot be told (€30.50)."
    )
    assert found.notices[0] == "file.csv: 3 rows were skipped: a spreadsheet destroyed the number (€30.50)."
    assert len(found.rows["funding"]) == 1


def test_a_number_is_read_as_long_as_all_of_it_is_there(tmp_path: Path) -> None:
    whole = ("408211159", "408 211 159 00021", "40821115900021.0", "40821115900000", "40821115900000,0")
    found = through(tmp_path, SCDL + "".join(grant(idBeneficiaire=number, objet=number) for number in whole))
    assert [row["centre"] for row in found.rows["funding"]] == ["oriv"] * 5


def test_a_file_of_damaged_rows_is_not_said_to_be_about_somebody_else(tmp_path: Path, crpv: Crpv) -> None:
    (tmp_path / "lost.csv").write_text(SCDL + grant(idBeneficiaire="4,08211E+13"), encoding="utf-8")
    (tmp_path / "others.csv").write_text(
        SCDL + grant(idBeneficiaire="52499120500013", nomBeneficiaire="x"), encoding="utf-8"
    )
    lost = crpv("load", "lost.csv")
    assert lost.returncode == 0
    assert "Warning: lost.csv:2: nomBeneficiaire: “ORIV” is the name of oriv" in lost.stderr
    assert "Nothing was loaded: see what is said above." in lost.stderr
    assert "about the registry's centres" not in lost.stderr
    assert "Nothing was loaded: no row read is about the registry's centres." in crpv("load", "others.csv").stderr


def test_so_many_are_told_one_by_one_and_all_are_counted(tmp_path: Path) -> None:
    found = through(tmp_path, SCDL + "".join(grant(idBeneficiaire="", objet=str(n)) for n in range(60)))
    assert [code for *_, code in found.codes] == ["skipped-by-number"] * 50
    assert "60 rows were skipped: the name of a centre beside another number or none (€60,000)" in found.notices[0]


def test_rows_of_one_body_are_decided_once_and_counted_each(tmp_path: Path) -> None:
    other = grant(idBeneficiaire="52499120500013", nomBeneficiaire="Tennis")
    found = through(tmp_path, SCDL + other * 3 + grant() + "\n,,a,\n" + ",,,,,,,,,,,,,,,\n" + other + grant(objet="b"))
    assert found.notices == [
        "file.csv: 4 rows were skipped: the beneficiary is no centre of the registry.",
        "file.csv: scdl-subventions is new in the table sources.",
    ]
    assert found.lines["funding"] == [5, 10]
    assert found.codes == [(7, None, "a", "text-row")]


# Values that the profile does not know


@pytest.mark.parametrize(
    "nature",
    [
        "aide en nature", "Aides en nature", "EN NATURE", "nature", "Subvention en nature", "Prestation en nature",
        "Mise à disposition de locaux", "mises a dispo", "AIDE EN NATURE (valorisation)", "Valorisation", "bénévolat",
        "prêt de salle", "aide en  nature\u00a0", "en-nature",
    ],
)  # fmt: skip
def test_aid_in_kind_is_left_out_however_it_is_spelled(tmp_path: Path, nature: str) -> None:
    found = through(tmp_path, SCDL + grant(nature=nature))
    assert found.rows["funding"] == []
    assert found.notices == ["file.csv: 1 row was skipped: aid in kind (€1,000)."]


@pytest.mark.parametrize(
    "nature",
    ["", "Aide en numéraire", "numéraire", "Subvention", "Financier", "subvention de fonctionnement", "N.C.", "-"],
)
def test_money_is_taken(tmp_path: Path, nature: str) -> None:
    assert len(through(tmp_path, SCDL + grant(nature=nature)).rows["funding"]) == 1


def test_what_is_neither_known_as_money_nor_as_kind_is_left_out_and_listed(tmp_path: Path) -> None:
    found = through(
        tmp_path,
        SCDL
        + grant(nature="xyz", objet="a")
        + grant(nature="Garantie d'emprunt", objet="b", montant="500000")
        + grant(nature="xyz", objet="c", montant="34,50")
        + grant(nature="aide en nature; aide en numéraire", objet="d")
        + grant(nature="xyz", idBeneficiaire="52499120500013", nomBeneficiaire="x"),
    )
    assert found.rows["funding"] == []
    assert found.codes == [
        (2, "nature", "xyz", "unknown-values"),
        (5, "nature", "aide en nature; aide en numéraire", "unknown-values"),
    ]
    strange, both = (plain(one.message.text("en")) for one in found.anomalies)
    assert strange == (
        "3 rows, left out (a nature that the profile does not know): “xyz” 2 rows (€1,034.50), "
        "“Garantie d'emprunt” 1 row (€500,000)."
    )
    assert both.startswith("1 row, left out (aid in kind and in money in one amount): “aide en nature; aide en")


def test_of_many_values_the_most_frequent_are_told(tmp_path: Path) -> None:
    found = through(
        tmp_path, SCDL + "".join(grant(nature=f"n{n}" * 2, montant="") for n in range(20)) + grant(nature="z")
    )
    (told,) = found.anomalies
    assert told.message.text("en").endswith("“n6n6” 1 row, “n7n7” 1 row, 13 more values.")
    assert told.line == 2


SMALL = """
name = "small"
table = "funding"
[header]
ignored = ["Inutile"]
[header.required]
centre = []
date = ["jour"]
somme = ["montant", "total"]
[header.optional]
genre = []
[columns.centre]
from = "centre"
[columns.funder]
constant = "etat"
[columns.year]
from = "date"
convert = ["year-of-date"]
[columns.stage]
constant = "granted"
[columns.scheme]
from = "genre"
convert = [{ choice = "kinds", otherwise = "other" }]
[columns.amount]
from = "somme"
convert = ["amount"]
[choices.kinds]
"voté" = "voted"
"payé" = "paid"
"""


def small(folder: Path, content: str, profile: str = SMALL, **given: str) -> Outcome:
    (folder / "file.csv").write_text(content, encoding="utf-8")
    grid = open_csv(folder / "file.csv")
    return Outcome(apply(parse(profile.encode(), "small.toml"), grid, KnownIds(KNOWN), "file.csv", given))


def test_a_value_that_is_read_as_another_one_is_told(tmp_path: Path) -> None:
    found = small(tmp_path, "centre;date;somme;genre\no;2020;1;Payé\no;2020;2,5;promis\no;2020;3;promis\no;2020;4;dû\n")
    assert [row["scheme"] for row in found.rows["funding"]] == ["paid", "other", "other", "other"]
    assert found.codes == [(3, "genre", "promis", "unknown-values")]
    assert plain(found.anomalies[0].message.text("en")) == (
        "3 rows, not known to the profile, read as “other”: “promis” 2 rows (€5.50), “dû” 1 row (€4)."
    )


def test_why_a_funder_is_of_a_kind_is_said_in_the_readers_language(tmp_path: Path) -> None:
    found = through(tmp_path, SCDL + grant(nomAttribuant="ANTIBES", idAttribuant="21060004500392"))
    (said,) = (notice for notice in found.grids[0][1].notices if notice.values.get("key") == "antibes")
    assert "deduced from its SIREN (21…): check it" in said.text("en")
    assert "son SIREN (21…)" in said.text("fr")
    assert found.rows["funders"][0]["note"] == "kind deduced from its SIREN (21…)"


# Headings


def test_columns_that_the_profile_does_not_know_are_told_once(tmp_path: Path) -> None:
    found = small(tmp_path, "centre;date;somme;Autre;inutile;Avis;crpv_line\no;2020;1;x;x;;\n")
    assert found.notices == ["file.csv: columns that the profile small does not know were not read: Autre, Avis."]
    assert small(tmp_path, "centre;date;somme;inutile\no;2020;1;x\n").notices == []


def test_the_exact_name_of_a_column_counts_before_its_synonyms(tmp_path: Path) -> None:
    for header in ("centre;date;Total;somme", "centre;jour;somme;Total"):
        place = header.split(";").index("somme")
        found = small(tmp_path, f"{header}\n" + f"o;2020;{'7;1' if place == 3 else '1;7'}\n")
        assert [row["amount"] for row in found.rows["funding"]] == ["1.00"]
        assert found.notices == ["file.csv: “Total” was not read, since the column somme has its exact name."]
    for header in ("centre;date;Somme;somme", "centre;date;Total;montant"):
        with pytest.raises(Fault) as twice:
            small(tmp_path, f"{header}\no;2020;1;2\n")
        assert twice.value.code == "column-twice"


@pytest.mark.parametrize(
    ("heading", "factor"),
    [
        ("Somme (en k€)", 1000), ("somme en milliers d'euros", 1000), ("Somme k€", 1000), ("Somme, en M€", 10**6),
        ("Montant (milliers d’euros TTC)", 1000), ("Montant (000 €)", 1000), ("montant_en_keuros", 1000),
        ("Somme (exprimée en k€)", 1000), ("Somme [centimes]", "0.01"), ("Total exprimé en milliers", 1000),
    ],
)  # fmt: skip
def test_the_unit_in_a_heading_is_obeyed_and_told(tmp_path: Path, heading: str, factor: int | str) -> None:
    found = small(tmp_path, f'centre;date;"{heading}"\no;2020;12,5\n')
    assert float(found.rows["funding"][0]["amount"]) == pytest.approx(12.5 * float(factor), abs=0.01)
    assert found.codes == [(1, heading, heading, "unit-in-heading")]
    assert "its amounts were multiplied by" in found.anomalies[0].message.text("en")


@pytest.mark.parametrize("heading", ["Somme (€)", "somme en euros", "Somme (HT)", "Somme (euros)", "SOMME EUR"])
def test_euros_are_euros(tmp_path: Path, heading: str) -> None:
    found = small(tmp_path, f"centre;date;{heading}\no;2020;12,5\n")
    assert ([row["amount"] for row in found.rows["funding"]], found.codes) == (["12.50"], [])


@pytest.mark.parametrize(
    "heading", ["Somme (en F)", "somme en francs", "Somme ($)", "Somme (F CFP)", "Somme (m€)", "Somme (dizaines d'€)"]
)
def test_other_money_and_uncertain_units_are_refused(tmp_path: Path, heading: str) -> None:
    with pytest.raises(Fault) as refused:
        small(tmp_path, f"centre;date;{heading}\no;2020;12,5\n")
    assert refused.value.code == "not-in-euros"
    assert f"“{heading}”" in refused.value.message.text("en")


@pytest.mark.parametrize(
    ("amount", "let"),
    [
        ('from = "given"\nconvert = ["amount"]', '["amount"]'),
        ('from = "given"\nconvert = ["amount"]', '["text"]'),
        ('from = "given"', '["amount"]'),
    ],
)
def test_a_unit_counts_once_whatever_the_way_of_an_amount(tmp_path: Path, amount: str, let: str) -> None:
    profile = SMALL.replace('from = "somme"\nconvert = ["amount"]', amount)
    profile = profile.replace("[columns.centre]", f'[let.given]\nfrom = "somme"\nconvert = {let}\n[columns.centre]')
    found = small(tmp_path, "centre;date;Somme (k€)\no;2020;12,5\n", profile)
    assert [row["amount"] for row in found.rows["funding"]] == ["12500.00"]
    assert [code for *_, code in found.codes] == ["unit-in-heading"]


def test_a_unit_is_not_dropped_where_a_profile_reads_no_amount(tmp_path: Path) -> None:
    for plain_text in ("", 'convert = ["decimal"]\n'):
        profile = SMALL.replace('from = "somme"\nconvert = ["amount"]\n', f'from = "somme"\n{plain_text}')
        with pytest.raises(Fault) as refused:
            small(tmp_path, "centre;date;Somme (k€)\no;2020;12,5\n", profile)
        assert refused.value.code == "not-in-euros"
        assert len(small(tmp_path, "centre;date;Somme (€)\no;2020;12,5\n", profile).rows["funding"]) == 1


def test_a_cell_in_another_unit_than_its_column_is_refused(tmp_path: Path) -> None:
    found = small(tmp_path, "centre;date;Somme (k€)\no;2020;12,5 €\no;2020;1\n")
    assert [row["amount"] for row in found.rows["funding"]] == ["1000.00"]
    assert (2, "Somme (k€)", "12,5 €", "unit-differs") in found.codes


def test_words_that_are_no_units_stay_in_a_heading() -> None:
    assert heading_of("Nombre de milliers")[:2] == ("nombredemilliers", "nombredemilliers")
    assert heading_of("Aide en nature")[1:] == ("aideennature", None)
    assert heading_of("Nombre (F/H)") == ("nombre", "nombre", None)
    assert unit_of("F/H") is None
    assert heading_of("€") == ("", "", None)


def test_a_column_that_is_called_like_a_unit_is_found_by_its_own_name(tmp_path: Path) -> None:
    profile = SMALL.replace('somme = ["montant", "total"]', "montant_eur = []\nmontant = []").replace(
        'from = "somme"', 'from = "montant_eur"'
    )
    found = small(tmp_path, "centre;date;montant;montant_eur\no;2020;1;2\n", profile)
    assert [row["amount"] for row in found.rows["funding"]] == ["2.00"]


# What a file does not say


def test_a_column_that_the_file_lacks_can_be_given(tmp_path: Path) -> None:
    found = small(tmp_path, "centre;somme\no;1\no;2\n", JOUR="2021")
    assert [(row["year"], row["amount"]) for row in found.rows["funding"]] == [("2021", "1.00"), ("2021", "2.00")]
    for given, said in (
        ({"date": "2021", "somme": "3"}, "somme cannot be given: the file has that column."),
        ({"date": "2021", "nom": "3"}, "The profile small has no column nom."),
        ({}, "The header lacks columns that the profile small requires: date."),
    ):
        with pytest.raises(Fault) as wrong:
            small(tmp_path, "centre;somme\no;1\n", **given)
        assert wrong.value.message.text("en") == said


def test_the_nearest_profile_is_named_with_what_is_missing(tmp_path: Path, crpv: Crpv) -> None:
    lacking = [name for name in HEADINGS if "Attribuant" not in name]
    assert find_profile(lacking) is None
    given = find_profile(lacking, {"nomAttribuant": "Ville de Tours"})
    assert given is load_profile("scdl-subventions")
    near = nearest_profile(lacking)
    assert near is not None
    assert near.message.text("en").startswith(
        "The header is nearest to the profile scdl-subventions, but lacks nomAttribuant; of those that may be missing, "
        "it also lacks idAttribuant. Understood: dateConvention, referenceDecision, "
    )
    assert near.advice is not None
    assert near.advice.text("en").endswith("--set nomAttribuant=… --set idAttribuant=…")
    whole = nearest_profile([name for name in HEADINGS if name != "montant"])
    assert whole is not None
    assert "lacks montant. Understood" in whole.message.text("en")
    assert nearest_profile(["a", "b", "nom", "montant"]) is None
    (tmp_path / "file.csv").write_text(",".join(lacking) + "\n", encoding="utf-8")
    ran = crpv("load", "file.csv")
    assert ran.returncode == 1
    assert "file.csv:1: The header is nearest to the profile scdl-subventions" in ran.stderr


@pytest.mark.parametrize(
    "header",
    [
        "Nom de l’attributaire;Identification de l’attributaire (SIRET);Date de la convention de subvention;Référence "
        "de la décision;Nom du bénéficiaire;Identification du bénéficiaire;RNA;Objet de la subvention;Montant  total "
        "de la subvention;Nature de la subvention;Numéro unique de référencement au RAE;Aide d’Etat notifié à la "
        "Commission européenne",
        "Autorité administrative;SIRET autorité administrative;Date convention;Référence délibération;Nom attributaire;"
        "N° SIRET attributaire;Objet convention;Montant décidé ligne;Nature subvention",
    ],
)
def test_other_headings_that_circulate_are_understood_without_exception(header: str) -> None:
    reading = load_profile("scdl-subventions").reading(header.split(";"))
    assert reading.strange == []
    assert len(reading.places) == len(header.split(";"))
    assert find_profile(header.split(";")) is not None


# Two half-years of one funder


def half(day: str, amount: str, **cells: str) -> str:
    return grant(dateConvention=day, montant=amount, **cells)


def held(registry: Path) -> list[tuple[str, int]]:
    with open_writing(registry) as connection:
        rows = connection.execute(
            "select locator, amount_cents / 100 from funding where source = 'scdl-subventions' order by locator"
        )
        return [tuple(row) for row in rows]


@pytest.mark.parametrize("amounts", [("10000", "8000"), ("10000", "10000")])
@pytest.mark.parametrize("how", ["two loads", "one load", "one file"])
def test_half_yearly_files_add_up(tmp_path: Path, registry: Path, how: str, amounts: tuple[str, str]) -> None:
    rows = [half("2023-02-01", amounts[0]), half("10/09/2023", amounts[1])]
    files = [tmp_path / "first.csv", tmp_path / "second.csv"]
    contents = [SCDL + row for row in rows]
    if how == "one file":
        files, contents = files[:1], [SCDL + "".join(rows) + rows[1]]
    for file, content in zip(files, contents, strict=True):
        file.write_text(content, encoding="utf-8")
    for group in [[file] for file in files] if how == "two loads" else [files]:
        report = loaded(registry, *group)
        assert (report.errors, report.anomalies) == (0, [])
    expected = [("20230201", int(amounts[0])), ("20230910", int(amounts[1]))]
    assert held(registry) == expected
    with open_writing(registry) as connection:
        counted = "select sum(counted_cents) / 100 from money where source = 'scdl-subventions'"
        assert read(connection, counted, "2026-12-31").fetchone()[0] == sum(map(int, amounts))
    for file in files:
        again = loaded(registry, file)
        assert (again.load, again.anomalies) == (None, [])
    assert held(registry) == expected


def test_an_amount_that_another_file_replaces_is_told(tmp_path: Path, registry: Path) -> None:
    file = tmp_path / "file.csv"
    file.write_text(SCDL + half("2023-02-01", "10000"), encoding="utf-8")
    assert loaded(registry, file).anomalies == []
    file.write_text(SCDL + half("2023-02-01", "8000"), encoding="utf-8")
    report = loaded(registry, file)
    (told,) = report.anomalies
    assert (told.code, told.severity) == ("amount-replaced", Severity.WARNING)
    assert told.message.text("en") == ("1 amount of an earlier load was replaced: oriv 2023: €10,000 became €8,000.")
    assert told.advice is not None
    assert f"crpv undo {report.load}" in told.advice.text("en")


def test_what_an_earlier_crpv_loaded_without_its_day_is_not_doubled_unsaid(tmp_path: Path, registry: Path) -> None:
    (tmp_path / "sources.csv").write_text("id,title\nscdl-subventions,Subventions\n", encoding="utf-8")
    (tmp_path / "funding.csv").write_text(
        "centre,funder,year,stage,amount,object,source\n"
        "oriv,region-bretagne,2023,granted,18000,Fonctionnement,scdl-subventions\n",
        encoding="utf-8",
    )
    earlier = loaded(registry, tmp_path / "sources.csv", tmp_path / "funding.csv")
    file = tmp_path / "file.csv"
    file.write_text(SCDL + half("2023-02-01", "10000") + half("2023-09-10", "8000"), encoding="utf-8")
    told = [one for one in loaded(registry, file).anomalies if one.code == "beside-the-same"]
    assert [one.message.text("en") for one in told] == [
        f"2 rows (€18,000) differ from some of load {earlier.load} only in their day or place; both count."
    ]
    assert told[0].advice is not None
    assert f"crpv undo {earlier.load}" in told[0].advice.text("en")


def test_a_decision_whose_day_was_corrected_is_told(tmp_path: Path, registry: Path) -> None:
    file = tmp_path / "file.csv"
    file.write_text(SCDL + half("2023-02-01", "10000", referenceDecision="D1"), encoding="utf-8")
    loaded(registry, file)
    file.write_text(
        SCDL
        + half("2023-02-02", "10000", referenceDecision="D1")
        + half("2023-02-02", "9000", referenceDecision="D1", objet="x")
        + half("2023-05-05", "7000", referenceDecision="D1"),
        encoding="utf-8",
    )
    (told,) = loaded(registry, file).anomalies
    assert told.code == "beside-the-same"
    assert told.message.text("en").startswith("1 row (€10,000) differs from one of load")
