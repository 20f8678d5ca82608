"""A collection as people run it: what came back, what is missing, and reminders that name it."""

from __future__ import annotations

import json
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from crpv_cli.language import activate
from crpv_cli.output.letters import LIST
from tests.commands.conftest import Registry, add_tables, crpv, records

DAY = "2025-04-02"
ASKED = ("activities", "evaluations", "funding", "budgets", "governance", "contacts", "agreements")
CAMPAIGN = "year,centre,asked,asked_on,due_on,contact\n" + "".join(
    f"2024,{centre},{asked},2025-01-10,2025-03-31,agency@example.org\n" for centre in ("one", "two") for asked in ASKED
)
ANSWERS = {
    "activities": "centre,mission,year,type,half_days\none,animation,2024,meeting,\n",
    "evaluations": "centre,mission,year,kind,scale,rating\none,animation,2024,self,four,3\none,skills,2024,self,,\n",
    "funding": "centre,funder,year,stage,amount\none,state,2023,granted,10\none,town,2023,granted,5\n"
    "one,town,2024,granted,6\n",
    "budgets": "centre,year,status,resources,expenditure,fte\none,2024,provisional,1,1,1\none,2024,approved,5,,2\n",
    "governance": "centre,organ,member,member_kind,role\none,board,State,state,chair\n",
    "contacts": "centre,function,email,telephone\none,press,press@one.example,\none,direction,lead@one.example,\n"
    "one,secretariat,,0102030405\n",
    "agreements": "centre,funder,starts_on,ends_on,amount\none,state,2023-01-01,2025-12-31,\n",
}
MISSING = {
    "activities": "no activity: skills; half-days not given: animation",
    "evaluations": "no rating: skills",
    "funding": "no amount of a funder of the year before: État",
    "budgets": "not given: Expenditure",
    "governance": None,
    "contacts": "no e-mail: secretariat",
    "agreements": "no amount of the agreement with: État",
}


@pytest.fixture
def asked(registry: Registry) -> Path:
    return registry(campaigns=CAMPAIGN)


@pytest.fixture
def answered(asked: Path) -> Path:
    add_tables(asked, **ANSWERS)
    return asked


def report(db: Path, *words: str) -> dict[str, object]:
    ran = crpv("report", "returns", "--as-of", DAY, *words, "--db", db, "-f", "json")
    assert ran.code == 0, ran.err
    found: dict[str, object] = ran.json
    return found


def rows(db: Path, *words: str) -> list[dict[str, object]]:
    found = report(db, *words)["rows"]
    assert isinstance(found, list)
    return found


def test_each_part_says_whether_it_came_with_which_load_and_what_is_missing(answered: Path) -> None:
    found = {row["asked"]: row for row in rows(answered, "--centre", "one")}
    assert {name: row["missing"] for name, row in found.items()} == MISSING
    assert {row["status"] for row in found.values()} == {"incomplete", "complete"}
    assert found["governance"]["status"] == "complete"
    loads = crpv("log", "--db", answered, "-f", "json").json
    assert {row["load"] for row in found.values()} == {loads[0]["load"]}
    assert {name: row["rows"] for name, row in found.items()} == {
        "activities": 1, "evaluations": 2, "funding": 1, "budgets": 2, "governance": 1, "contacts": 3, "agreements": 1
    }  # fmt: skip
    others = rows(answered, "--centre", "two")
    assert {(row["status"], row["load"], row["received_on"], row["missing"]) for row in others} == {
        ("not-sent", None, None, None)
    }


def test_a_centre_is_a_line_with_how_many_parts_came(answered: Path) -> None:
    two, one = rows(answered)
    assert (two["centre"], two["asked"], two["received"], two["complete"]) == ("two", 7, 0, 0)
    assert (two["answer"], two["status"], two["missing"], two["overdue"]) == ("0 of 7", "not-sent", "everything", True)
    assert (one["answer"], one["status"], one["complete"]) == ("7 of 7", "incomplete", 1)
    assert str(one["missing"]).startswith("Activity (no activity: skills; half-days not given: animation); Evaluations")
    assert report(answered)["totals"] == {
        "asked": 14, "received": 7, "complete": 1, "overdue": 13,
        "centres": 2, "centres_received": 1, "centres_complete": 0,
    }  # fmt: skip


def test_one_part_of_seven_is_one_of_seven_whatever_comes_later(asked: Path) -> None:
    add_tables(asked, governance=ANSWERS["governance"])
    add_tables(asked, contacts=ANSWERS["contacts"])
    add_tables(asked, contacts="centre,function,email\none,secretariat,office@one.example\n")
    found = {row["centre"]: row for row in rows(asked)}
    assert (found["one"]["answer"], found["one"]["complete"], found["one"]["status"]) == ("2 of 7", 2, "in-part")
    assert found["one"]["missing"] == "not received: Activity, Evaluations, Funding, Budgets, Agreements"


def test_what_is_due_says_how_long_there_is_left(asked: Path) -> None:
    for day, code, said in (
        ("2025-03-30", "returns-due", "Due on 2025-03-31, 1 day left; centres that lack something: 2."),
        ("2025-03-31", "returns-due", "Due on 2025-03-31, 0 days left; centres that lack something: 2."),
        ("2025-04-02", "returns-overdue", "Due on 2025-03-31, 2 days ago; centres that lack something: 2."),
    ):
        found = crpv("report", "returns", "--as-of", day, "--db", asked, "-f", "json").json
        assert {note["code"]: note["text"] for note in found["notes"]}[code] == said
        assert {row["overdue"] for row in found["rows"]} == {code == "returns-overdue"}


@pytest.mark.parametrize("empty", ["activities", "evaluations", "budgets", "contacts", "funding"])
def test_a_form_that_came_back_empty_still_lacks_what_every_centre_has(asked: Path, tmp_path: Path, empty: str) -> None:
    add_tables(asked, funding="centre,funder,year,stage,amount\none,state,2023,granted,10\n")
    year = () if empty == "contacts" else ("--year", "2024")
    assert crpv("template", empty, "--centre", "one", *year, "-o", tmp_path / "form.xlsx", "--db", asked).code == 0
    ran = crpv("load", tmp_path / "form.xlsx", "--db", asked)
    if empty == "contacts":  # its form does not say of which year it is
        assert "no row of the form is filled in" in ran.said
        return
    assert "1 part that was asked for came back" in ran.said
    (row,) = [row for row in rows(asked, "--centre", "one") if row["asked"] == empty]
    assert row["status"] == "incomplete"
    again = crpv("load", tmp_path / "form.xlsx", "--db", asked)
    assert "Nothing changed: no row of the form is filled in." in again.said


def test_a_centre_that_has_no_agreement_has_answered(registry: Registry) -> None:
    db = registry(campaigns="year,centre,asked\n2024,one,agreements\n2024,one,governance\n2024,one,contacts\n")
    add_tables(
        db,
        agreements="centre,funder,starts_on,ends_on,amount\none,state,2010-01-01,2012-12-31,\n",
        governance="centre,organ,member,member_kind,role,valid_to\none,board,State,state,chair,2020-01-01\n",
        contacts="centre,function,email,valid_to\none,press,press@one.example,2020-01-01\n",
    )
    assert {row["asked"]: (row["status"], row["missing"]) for row in rows(db, "--centre", "one")} == {
        "agreements": ("complete", None),
        "governance": ("incomplete", "no member of any body"),
        "contacts": ("incomplete", "no contact point"),
    }


def test_without_a_campaign_it_is_said_how_one_is_opened(registry: Registry, asked: Path) -> None:
    for words, said in (
        ((), "No collection has been opened. Open one with: crpv template --year YEAR --each"),
        (("--year", "2023"), "No collection has been opened."),
    ):
        found = report(registry(), *words)
        assert found["rows"] == []
        assert said in json.dumps(found["notes"])
    db = registry(campaigns="year,centre,asked\n2024,one,budgets\n")
    assert "No collection of 2023 has been opened, only of: 2024." in json.dumps(report(db, "--year", "2023")["notes"])
    assert "This centre is not asked for anything of 2024." in json.dumps(report(db, "--centre", "two")["notes"])


def test_figures_lead_to_what_was_asked_for(answered: Path) -> None:
    for figure, count in (
        ("asked", 14),
        ("received", 7),
        ("complete@one", 1),
        ("overdue", 13),
        ("centres_received", 1),
    ):
        found = crpv("report", "returns", "--as-of", DAY, "--explain", figure, "--db", answered, "-f", "json").json
        assert found["totals"]["value"] == count == len(found["rows"])
        assert {row["table"] for row in found["rows"]} == {"campaigns"}
    says = crpv("report", "returns", "--explain", "complete@one", "--db", answered).out
    assert "received on" in says


@pytest.mark.parametrize("form", ["html", "markdown", "xlsx", "csv", "csv-excel", "jsonl"])
@pytest.mark.parametrize("by", ["centre", "sheet"])
def test_every_format_holds_it(answered: Path, tmp_path: Path, form: str, by: str) -> None:
    file = tmp_path / "returns.out"
    ran = crpv("report", "returns", "--by", by, "-f", form, "-o", file, "--db", answered)
    assert ran.code == 0, ran.err
    assert file.stat().st_size > 100


def test_a_screen_of_80_columns_cuts_nothing(answered: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for language in ("en", "fr"):
        activate(language)
        for by in ("centre", "sheet"):
            ran = crpv("report", "returns", "--by", by, "--db", answered, answers="")
            assert "…" not in ran.out
    activate("en")


# --- Reminders ---


def content(draft: EmailMessage) -> str:
    """What a draft says, its lines as they were written."""
    text = draft.get_content()
    assert isinstance(text, str)
    return text.replace("\r\n", "\n")


def opened(file: Path) -> EmailMessage:
    """A draft as a mail program reads it."""
    message = message_from_bytes(file.read_bytes(), policy=default)
    assert isinstance(message, EmailMessage)
    return message


def remind(db: Path, folder: Path, *words: object) -> str:
    ran = crpv("remind", "-o", folder, *words, "--db", db)
    assert ran.code == 0, ran.err
    return ran.said


def test_a_reminder_names_what_is_missing_and_nothing_is_sent(answered: Path, tmp_path: Path) -> None:
    folder = tmp_path / "reminders"
    said = remind(answered, folder, "--from", "Agency <agency@example.org>")
    assert "2 reminders were written" in said
    assert "Nothing was sent." in said
    assert "No e-mail address is known of 1 centre: Two." in said
    assert sorted(file.name for file in folder.iterdir()) == [f"{LIST}.csv", "one.eml", "one.txt", "two.eml", "two.txt"]
    draft = opened(folder / "one.eml")
    assert (draft["To"], draft["From"]) == ("lead@one.example", "Agency <agency@example.org>")
    assert draft["Subject"] == "Collection 2024: what is still missing for One"
    assert draft["X-Unsent"] == "1"
    body = content(draft)
    for asked, missing in MISSING.items():
        assert (f": {missing}" in body) is (missing is not None), asked
    assert "- Governance" not in body
    assert "Last day for it: 2025-03-31." in body
    assert "agency@example.org" in body
    other = opened(folder / "two.eml")
    assert other["To"] is None
    assert content(other).count(": not received") == len(ASKED)
    written = (folder / "one.txt").read_text(encoding="utf-8")
    assert written == f"To: lead@one.example\nSubject: {draft['Subject']}\n\n{body}"
    listed = (folder / f"{LIST}.csv").read_text(encoding="utf-8-sig")
    assert len(listed.splitlines()) == 3
    assert '"one";"One";"Centre one";"lead@one.example"' in listed


def test_reminders_are_written_whole_or_not_at_all(answered: Path, tmp_path: Path) -> None:
    folder = tmp_path / "reminders"
    folder.mkdir()
    (folder / "two.eml").write_text("mine", encoding="utf-8")
    ran = crpv("remind", "-o", folder, "--db", answered)
    assert ran.code == 3
    assert [file.name for file in folder.iterdir()] == ["two.eml"]
    remind(answered, folder, "--force")
    (folder / "old.eml").write_text("mine", encoding="utf-8")
    assert "Of earlier reminders, and not of these: old.eml, two.eml." in remind(
        answered, folder, "--force", "--centre", "one"
    )


def test_who_has_answered_everything_is_not_reminded(registry: Registry, tmp_path: Path) -> None:
    db = registry(campaigns="year,centre,asked\n2024,one,governance\n")
    add_tables(db, governance=ANSWERS["governance"])
    folder = tmp_path / "reminders"
    assert "Nobody has to be reminded" in remind(db, folder)
    assert not folder.exists()
    ran = crpv("remind", "--year", "2023", "-o", folder, "--db", db)
    assert (ran.code, "Nobody is asked for anything of 2023" in ran.said) == (2, True)
    assert crpv("remind", "--db", db).code == 2
    assert "there is no one to remind" in crpv("remind", "-o", folder, "--db", registry()).said


def test_a_template_has_named_fields_in_both_languages(answered: Path, tmp_path: Path) -> None:
    file, folder = tmp_path / "letter.txt", tmp_path / "reminders"
    text = "Objet : Relance {année} {nom}\n\nBonjour à {centre},\n{Échéance}\n{received} / {Reçu}\n{manquant}\n"
    for encoding in ("utf-8-sig", "cp1252"):
        file.write_bytes(text.encode(encoding))
        remind(answered, folder, "--template", file, "--centre", "two", "--force")
        draft = opened(folder / "two.eml")
        assert draft["Subject"] == "Relance 2024 Centre two"
        assert content(draft).startswith("Bonjour à Two,\n2025-03-31\n0 of 7 / 0 of 7\n- Activity: not received\n")
    for wrong, said in (
        ("Hello", "The first line of the template is no subject."),
        ("Subject:\n\nHello", "The first line of the template is no subject."),
        ("Subject: A\n\n{yeer}", "Did you mean year?"),
        ("Subject: A\n\n{xyzzy}", "The fields are: {centre}, {name}, {year}, {received}, {missing}, {due}, {contact}."),
    ):
        file.write_text(wrong, encoding="utf-8")
        ran = crpv("remind", "--template", file, "-o", folder, "--force", "--db", answered)
        assert (ran.code, said in ran.said) == (2, True), ran.err
    ran = crpv("remind", "--template", tmp_path / "none.txt", "-o", folder, "--force", "--db", answered)
    assert ran.code == 3


def test_a_line_about_what_was_not_set_is_left_out(registry: Registry, tmp_path: Path) -> None:
    db = registry(campaigns="year,centre,asked\n2024,one,governance\n")
    remind(db, tmp_path / "reminders")
    body = (tmp_path / "reminders" / "one.txt").read_text(encoding="utf-8")
    assert "The last day" not in body
    assert "Please send it to" not in body


@pytest.mark.parametrize(("language", "field"), [("en", "{missing}"), ("fr", "{manquant}")])
def test_the_template_that_is_shown_gives_the_same_letters(
    answered: Path, tmp_path: Path, language: str, field: str
) -> None:
    activate(language)
    shown = crpv("remind", "--show-template")
    assert field in shown.out
    (tmp_path / "letter.txt").write_text(shown.out, encoding="utf-8")
    remind(answered, tmp_path / "ours")
    remind(answered, tmp_path / "theirs", "--template", tmp_path / "letter.txt")
    for file in (tmp_path / "ours").iterdir():
        assert file.read_bytes() == (tmp_path / "theirs" / file.name).read_bytes()
    activate("en")


def test_those_that_are_asked_are_expected(asked: Path, tmp_path: Path) -> None:
    other = "id,name,short_name,legal_form,co_funded\nthree,Centre three,Three,gip,true\n"
    add_tables(asked, centres=other)
    (tmp_path / "governance.csv").write_text(ANSWERS["governance"], encoding="utf-8")
    said = crpv("load", tmp_path / "governance.csv", "--expect", "centres", "--dry-run", "--db", asked).said
    assert "1 centre has not answered: two." in said
    assert crpv("load", tmp_path / "governance.csv", "--db", asked).code == 0
    (tmp_path / "contacts.csv").write_text("centre,function,email\nthree,press,p@three.example\n", encoding="utf-8")
    said = crpv("load", tmp_path / "contacts.csv", "--expect", "centres", "--db", asked).said
    assert "1 centre has not answered: two." in said  # one answered with an earlier load


def test_a_log_says_what_a_load_brought(answered: Path) -> None:
    number = crpv("log", "--db", answered, "-f", "json").json[0]["load"]
    said = " ".join(crpv("log", str(number), "--db", answered).out.split())
    assert "It brought 7 parts that were asked for: One: Contact points 2024," in said
    assert records(crpv("list", "campaigns", "--centre", "one", "--db", answered, "-f", "csv").out)[0]["asked"] in ASKED
