"""What the rows of a foreign file become through a profile, to the cell and to the sentence."""

from __future__ import annotations

from pathlib import Path

from crpv_cli.intake.grid import Row
from crpv_cli.intake.profiles.known import KnownIds
from crpv_cli.intake.profiles.parsing import parse
from crpv_cli.intake.profiles.transform import apply
from crpv_cli.intake.readers import open_csv
from tests.intake.test_profiles import KNOWN, SCDL, Outcome, grant, through

HEADER = "centre,mission,annee,type,demi,actions,theme,note,remarque\n"
# Activities: numbers are summed, notes joined, the first remark is taken.
COUNTED = """
name = "counted"
table = "activities"
[header.required]
centre = []
mission = []
annee = ["année"]
[header.optional]
type = []
demi = []
actions = []
theme = []
note = []
remarque = []
public = []
[columns.centre]
find = [{ lookup = "centre-of-name", from = "centre" }]
[columns.mission]
from = "mission"
[columns.year]
from = "annee"
convert = ["year"]
[columns.type]
constant = "meeting"
[columns.theme]
from = "theme"
[columns.half_days]
from = "demi"
convert = ["integer"]
empty-unreadable = true
[columns.actions]
from = "actions"
convert = ["integer"]
[columns.participants]
from = "remarque"
[columns.audience]
from = "public"
[columns.note]
from = "note"
[combine]
half_days = "sum"
actions = "sum"
participants = "first"
note = "join"
"""


def counted(folder: Path, rows: str, *, identical: str = "each", profile: str = COUNTED) -> Outcome:
    text = profile.replace("[combine]", f'[combine]\nidentical = "{identical}"')
    (folder / "file.csv").write_text(HEADER + rows, encoding="utf-8")
    return Outcome(apply(parse(text.encode(), "p.toml"), open_csv(folder / "file.csv"), KnownIds(KNOWN), "file.csv"))


ROWS = (
    "oriv,skills,2023,x,,2,a,one,\n"
    "oriv,skills,2024,x,5,7,a,,\n"
    "oriv,skills,2023,x,3,,a,,first\n"
    "oriv,skills,2023,x,4,4,a,two,second\n"
    "oriv,skills,2023,x,4,4,a,two,second\n"
    "oriv,skills,2023,x,4,4,a,one,second\n"
    "oriv,skills,2023,x,,2,a,one,\n"
    "labo cites,skills,2022,x,1,1,b,three,\n"
    "labo cites,skills,2022,x,1,1,b,three; four,\n"
)


def cells(found: Outcome) -> list[tuple[str, ...]]:
    names = ("year", "half_days", "actions", "participants", "note")
    return [tuple(row[name] for name in names) for row in found.rows["activities"]]


def test_rows_with_the_same_key_are_summed_joined_or_the_first_is_taken(tmp_path: Path) -> None:
    found = counted(tmp_path, ROWS)
    assert cells(found) == [
        ("2023", "15", "16", "first", "one; two"),
        ("2024", "5", "7", "", ""),
        ("2022", "2", "2", "", "three; three; four"),
    ]
    assert found.lines["activities"] == [2, 3, 9]
    assert found.anomalies == []
    assert "audience" not in found.rows["activities"][0]  # no column of the file gives it
    assert found.notices == [
        "file.csv: 8 rows became 2: those with the same centre + mission + year + type + theme were combined."
    ]


def test_of_identical_rows_one_counts_where_the_profile_says_so(tmp_path: Path) -> None:
    found = counted(tmp_path, ROWS, identical="once")
    assert cells(found) == [
        ("2023", "11", "10", "first", "one; two"),
        ("2024", "5", "7", "", ""),
        ("2022", "2", "2", "", "three; three; four"),
    ]
    assert found.notices == [
        "file.csv: 2 rows are identical to others; each was counted once.",
        "file.csv: 6 rows became 2: those with the same centre + mission + year + type + theme were combined.",
    ]
    one = counted(tmp_path, "oriv,skills,2023,x,1,1,a,,\n" * 2, identical="once")
    assert one.notices == ["file.csv: 1 row is identical to another one; it was counted once."]
    assert cells(one) == [("2023", "1", "1", "", "")]


def test_a_message_about_a_combined_value_shows_the_cells_of_the_file(tmp_path: Path) -> None:
    (main, *_) = [grid for _, grid in counted(tmp_path, ROWS).grids]
    first, alone, _ = [row for row in main.rows() if isinstance(row, Row)]
    assert dict(zip(main.header, first.raw, strict=True)) == {
        "centre": "oriv",
        "mission": "skills",
        "year": "2023",
        "type": "",
        "theme": "a",
        "half_days": " + 3 + 4 + 4 + 4",
        "actions": "2 + 4 + 4 + 4 + 2",
        "participants": "",
        "note": "one + two",
    }
    assert list(alone.raw) == ["oriv", "skills", "2024", "", "a", "5", "7", "", ""]


def test_without_combining_every_row_stays_as_it_is(tmp_path: Path) -> None:
    found = counted(tmp_path, ROWS, profile=COUNTED[: COUNTED.index("[combine]")])
    assert found.lines["activities"] == list(range(2, 11))
    assert [row["half_days"] for row in found.rows["activities"]] == ["", "5", "3", "4", "4", "4", "", "1", "1"]
    assert found.notices == []


def test_a_row_that_cannot_be_read_hides_none_after_it(tmp_path: Path) -> None:
    found = counted(
        tmp_path,
        "oriv,skills,2023,x,many,2,a,one,\noriv,skills,,,,,,,,x\nnobody,skills,soon,x,1,1,a,,\n,skills,2023,x,1,1,a,,\n"
        "oriv,skills,2023,x,3,1,a,one,\n",
    )
    assert [row["centre"] for row in found.rows["activities"]] == ["oriv", ""]
    assert cells(found)[0] == ("2023", "3", "3", "", "one")
    assert found.codes == [
        (3, None, None, "row-length"),
        (4, "centre", "nobody", "not-found"),
        (4, "annee", "soon", "not-a-year"),
        (2, "demi", "many", "not-a-number"),
    ]
    length, unknown, _, emptied = found.anomalies
    assert length.message.text("en") == "The row has 10 cells, the header has 9."
    assert unknown.message.text("en") == "“nobody” is not known to the registry."
    assert emptied.message.text("en").endswith(" It was left empty.")
    assert found.notices == [
        "file.csv: 2 rows became 1: those with the same centre + mission + year + type + theme were combined."
    ]


def test_rows_read_again_are_the_same_and_nothing_is_said_twice(tmp_path: Path) -> None:
    found = counted(tmp_path, ROWS)
    main = found.grids[0][1]
    list(main.rows())
    assert [notice.text("en") for notice in main.notices] == found.notices
    grids = through(tmp_path, SCDL + grant(nomAttribuant="ANTIBES", idAttribuant="21060004500392")).grids
    funders = dict(grids)["funders"]
    assert funders.notices == []  # the rows that needed them tell of them
    assert [row.cells[0] for row in funders.rows() if isinstance(row, Row)] == ["antibes"]
    assert [row.cells[0] for row in funders.rows() if isinstance(row, Row)] == ["antibes"]


def test_what_was_created_and_skipped_is_said_to_the_word(tmp_path: Path) -> None:
    known = KnownIds({name: ids for name, ids in KNOWN.items() if name != "sources"})
    found = through(
        tmp_path,
        SCDL
        + grant(nomAttribuant="ANTIBES", idAttribuant="21060004500392")
        + grant(idBeneficiaire="")
        + grant(idBeneficiaire="52499120500013", nomBeneficiaire="x") * 2,
        known=known,
    )
    assert found.notices == [
        "file.csv: 1 row was skipped: the name of a centre beside another number or none (€1,000).",
        "file.csv: 2 rows were skipped: the beneficiary is no centre of the registry.",
        "file.csv: antibes is new in the table funders; kind commune was deduced from its SIREN (21…): check it.",
        "file.csv: scdl-subventions is new in the table sources.",
    ]
    (warned,) = found.anomalies
    assert (warned.line, warned.column, warned.value) == (3, "nomBeneficiaire", "ORIV")
    assert warned.message.text("en") == (
        "“ORIV” is the name of oriv, but the row has no number; the row was left out. It carries €1,000."
    )
    none = through(tmp_path, SCDL + grant(idBeneficiaire="52499120500013", nomBeneficiaire="x"))
    assert none.notices[-1] == (
        "file.csv: its 1 row was read through the profile scdl-subventions; it is not about the registry's centres."
    )
    assert through(tmp_path, SCDL).notices == []


def test_a_correction_made_once_names_no_other_rows(tmp_path: Path) -> None:
    header = "code_qp;lib_qp;insee_dep;insee_com\n"
    (once,) = through(tmp_path, header + "QN00101M;a;1;01053\nQN00102M;b;01;01053\n").anomalies
    assert "The same goes" not in once.message.text("en")
    (twice,) = through(tmp_path, header + "QN00101M;a;1;01053\nQN00102M;b;2;02571\n").anomalies
    assert (twice.line, twice.column, twice.value) == (2, "insee_dep", "1")
    assert twice.message.text("en").endswith("The same goes for 1 more row.")
    assert twice.advice == once.advice


def test_a_share_is_said_with_both_amounts(tmp_path: Path) -> None:
    found = through(tmp_path, SCDL + grant(pourcentageSubvention="0,335", montant="10,01") + grant(objet="b"))
    (said,) = found.anomalies
    assert (said.line, said.column, said.value) == (2, "montant", "10,01")
    assert said.message.text("en").replace("\u00a0", " ").replace("\u202f", " ") == (
        "€3.35 of €10.01 was taken: the file gives 0,335 as the share of this row."
    )
    wrong = through(tmp_path, SCDL + grant(pourcentageSubvention="half"))
    assert wrong.codes == [(2, "montant", "1000", "not-a-share")]
    assert wrong.rows["funding"] == []
