"""What is true on a date holds from its first day to its last one: both are days of it, and no other is."""

from __future__ import annotations

import datetime
import shlex
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.commands.conftest import add_tables, crpv

# One thing a row, each with days of its own.
TABLES = {
    "sources": """
        id,title,published_on,fictitious
        books,The books,,false
        paper,The paper,2019-04-04,false
        """,
    "territory_counts": """
        department,measure,geography,value,quality,valid_from,valid_to
        01,neighbourhoods,2015,10,exact,2015-01-01,2023-12-31
        01,neighbourhoods,2024,11,exact,2024-01-01,
        02,neighbourhoods,2015,20,exact,2015-01-01,2023-12-31
        02,neighbourhoods,2024,22,exact,2024-01-01,
        971,neighbourhoods,2015,40,exact,2015-01-01,2024-12-31
        971,neighbourhoods,2024,44,exact,2025-01-01,
        """,
    "centres": """
        id,name,short_name,legal_form,opened,closed,co_funded,exemption_reason,source
        always,Always,Always,association,,,true,,books
        exempt,Exempt,Exempt,association,,,false,Why not,books
        made,Made,Made,association,2010,,true,,books
        lived,Lived,Lived,association,2015-03-10,2018-09-20,true,,books
        closed,Closed,Closed,association,,2019-01,true,,books
        opened,Opened,Opened,association,2019-12-31,,true,,books
        lapsed,Lapsed,Lapsed,association,,,true,,books
        """,
    "centre_states": """
        centre,valid_to,name,short_name,legal_form,seat,source
        always,2016-12-12,Before,Before,gip,Paris,journal
        """,
    "labels": """
        centre,valid_from,valid_to,source
        always,2014-05-06,2017-07-08,books
        lapsed,,2014-12-31,books
        """,
    "perimeters": """
        centre,department,valid_from,valid_to,confidence,source
        lived,02,,,high,books
        always,01,2016-02-03,2017-11-05,low,journal
        lapsed,971,2016-06-07,2016-08-09,high,books
        """,
    "funding": """
        centre,funder,year,scheme,stage,amount,source
        always,state,2016,P147,granted,100,books
        always,town,2016,,granted,100,books
        lapsed,state,2021,P147,granted,100,books
        """,
    "evaluations": """
        centre,mission,year,kind,scale,rating,evaluated_on,source
        always,animation,2016,self,four,2,,books
        always,skills,2016,self,four,2,2017-05-06,books
        """,
    "governance": """
        centre,organ,member,member_kind,role,valid_from,valid_to,source
        always,board,Ville,commune,member,2016-04-05,2019-08-09,books
        """,
    "agreements": """
        centre,funder,starts_on,ends_on,signed_on,reference,source
        always,state,2016-03-04,2018-10-11,,unsigned,books
        always,town,2016-03-04,2018-10-11,2016-07-08,signed,books
        always,bank,2010-01-01,2014-12-31,,old,books
        always,bank,2015-06-01,2040-12-31,,next,books
        """,
    "activities": """
        centre,mission,year,type,half_days,source
        always,skills,2016,training,5,books
        """,
    "exceptions": """
        rule,centre,valid_from,valid_to,reason
        co-funding,exempt,2016-05-06,2018-12-13,Agreed
        no-such-rule,exempt,2016-05-06,2040-12-31,Agreed
        """,
    "published_figures": """
        id,measure,value,unit,as_of,source
        said,coverage,50,percent,2019-05-05,paper
        """,
}


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory, network_path: Path) -> Path:
    path = tmp_path_factory.mktemp("boundaries") / "registry.sqlite"
    shutil.copy(network_path, path)
    add_tables(path, **TABLES)
    return path


def ask(db: Path, command: str) -> Any:
    """What a command answers: JSON, or the text of another format that it names."""
    asked = shlex.split(command)
    ran = crpv(*asked, "--db", db, *(() if "-f" in asked else ("-f", "json")))
    assert ran.code in {0, 1}, ran.err
    return ran.out if "-f" in asked else ran.json


def day(iso: str, days: int = 0) -> str:
    """The date so many days later."""
    return (datetime.date.fromisoformat(iso) + datetime.timedelta(days)).isoformat()


Sees = Callable[[Any], bool]


def holds(**values: object) -> Sees:
    """Whether a row with these values is there."""

    def sees(answer: Any) -> bool:
        rows = answer if isinstance(answer, list) else answer["rows"]
        return any(all(row[name] == value for name, value in values.items()) for row in rows)

    return sees


def lacks(**values: object) -> Sees:
    return lambda answer: not holds(**values)(answer)


def section(name: str, /, **values: object) -> Sees:
    """The same of a section of a sheet."""
    return lambda answer: holds(**values)(answer[name])


def noted(code: str) -> Sees:
    return lambda answer: code in {note["code"] for note in answer["notes"]}


# What is asked, the first and the last day on which it is so (None for no bound), the command, and what tells.
Bound = tuple[str, str | None, str | None, str, Sees]

MADE = ("2010-01-01", None)
LIVED = ("2015-03-10", "2018-09-20")
LABEL = ("2014-05-06", "2017-07-08")
RENAMED = "2016-12-12"
PERIMETER = ("2016-02-03", "2017-11-05")
GOVERNED = ("2016-04-05", "2019-08-09")
AGREED = ("2016-03-04", "2018-10-11")
SIGNED = "2016-07-08"
EXEMPT = ("2016-05-06", "2018-12-13")
BOUNDS: list[Bound] = [
    # A centre is open from its year of creation, and from the first to the last day of its label.
    ("made", *MADE, "list", holds(id="made")),
    ("made, coverage", *MADE, "report coverage", holds(centre="made")),
    ("made, evaluations", *MADE, "report evaluations", holds(centre="made")),
    ("made, rule", *MADE, "check --rule co-funding --year 2010", holds(centre="made")),
    ("lived", *LIVED, "list", holds(id="lived")),
    ("lived, coverage", *LIVED, "report coverage", holds(centre="lived")),
    ("lived, evaluations", *LIVED, "report evaluations", holds(centre="lived")),
    ("lived, rule", *LIVED, "check --rule co-funding --year 2015", holds(centre="lived")),
    # A perimeter counts while it is valid and its centre is open.
    ("perimeter", *PERIMETER, "list perimeters", holds(centre="always", department="01")),
    ("centres, perimeter", *PERIMETER, "list", holds(id="always", departments=["01"])),
    ("coverage, perimeter", *PERIMETER, "report coverage", holds(centre="always", covered=10)),
    ("coverage by department", *PERIMETER, "report coverage --by department", holds(department="01", covered=10)),
    ("perimeter to confirm", *PERIMETER, "report coverage", noted("low-confidence")),
    ("perimeter to confirm, rule", *PERIMETER, "check --rule low-confidence", holds(centre="always")),
    ("map", *PERIMETER, "map", holds(department="01", state="covered")),
    ("sheet", *PERIMETER, "show always", section("perimeter", department="01")),
    ("sources of coverage", *PERIMETER, "report coverage -f html", lambda answer: "The journal" in answer),
    ("uncovered, rule", *PERIMETER, "check --rule department-uncovered", lacks(department="01")),
    (
        "perimeter of a closed centre",
        "2015-03-10",
        "2018-09-20",
        "report coverage --by department",
        holds(department="02", covered=20),
    ),
    # A label, and what a centre was called and was.
    ("label", *LABEL, "list", holds(id="always", labelled=True)),
    ("label, list", *LABEL, "list labels", holds(centre="always")),
    ("label, sheet", LABEL[0], None, "show always", section("labels", valid_to=LABEL[1])),
    ("label has ended", None, LABEL[1], "list", lacks(id="always", labelled=False)),
    ("label has ended, rule", None, LABEL[1], "check --rule label", lacks(centre="always", severity="breach")),
    ("label has ended, perimeter", "2016-06-07", "2016-08-09", "check --rule label", holds(centre="lapsed")),
    ("name", None, RENAMED, "list", holds(id="always", short_name="Before", seat="Paris", legal_form="gip")),
    ("name, all", None, RENAMED, "list centres --all", holds(id="always", name="Before")),
    ("name, sheet", None, RENAMED, "show always", lambda answer: answer["centre"]["name"] == "Before"),
    ("former name, sheet", day(RENAMED, 1), None, "show always", section("centre_states", name="Before")),
    ("name, money", None, RENAMED, "report funding --year 2016", holds(centre="always", short_name="Before")),
    ("name, activity", None, RENAMED, "report activity --year 2016", holds(centre="always", short_name="Before")),
    ("name, evaluations", None, RENAMED, "report evaluations", holds(centre="always", short_name="Before")),
    ("name, agreements", None, RENAMED, "report agreements", holds(centre="always", short_name="Before")),
    ("name, rule", None, RENAMED, "check --rule governance-shared", holds(centre="always", about="Before")),
    ("closed, all", "2015-03-10", None, "list centres --all", holds(id="lived")),
    # Money, evaluations and activity of a year are known from its first day.
    ("funding", "2016-01-01", None, "list funding", holds(funder="state", year=2016)),
    ("support", "2016-01-01", None, "list", holds(id="always", state_support=100)),
    ("funding report", "2016-01-01", None, "report funding --year 2016", holds(centre="always", state=100)),
    ("activities", "2016-01-01", None, "list activities", holds(year=2016)),
    ("activity report", "2016-01-01", None, "report activity --year 2016", holds(centre="always", half_days=5)),
    ("evaluations", "2016-01-01", None, "list evaluations", holds(mission="animation")),
    ("evaluations, count", "2016-01-01", None, "list", holds(id="always", missions_evaluated=1)),
    ("evaluation report", "2016-01-01", None, "report evaluations", holds(centre="always", rating="2")),
    ("evaluated on", "2017-05-06", None, "list evaluations", holds(mission="skills")),
    ("evaluated on, report", "2017-05-06", None, "report evaluations", holds(mission="skills", rating="2")),
    ("evaluated on, count", "2017-05-06", None, "list", holds(id="always", missions_evaluated=2)),
    ("evaluated on, sheet", "2017-05-06", None, "show always", section("missions", mission="skills", rating="2")),
    # A seat, an exception, an agreement.
    ("governance", *GOVERNED, "list governance", holds(member="Ville")),
    ("governance, sheet", *GOVERNED, "show always", section("governance", member="Ville")),
    ("governance, rule", *GOVERNED, "check --rule governance-shared", holds(centre="always")),
    ("exceptions", *EXEMPT, "list exceptions", holds(rule="co-funding")),
    ("accepted", *EXEMPT, "check --rule co-funding", holds(centre="exempt", accepted=True)),
    ("exception to no rule", EXEMPT[0], None, "check --rule exception-ended", holds(subject="no-such-rule")),
    ("exception ended", None, EXEMPT[1], "check --rule exception-ended", lacks(subject="co-funding")),
    ("agreements", *AGREED, "list agreements", holds(reference="unsigned")),
    ("agreements, signed", SIGNED, AGREED[1], "list agreements", holds(reference="signed")),
    ("agreements, signed, report", SIGNED, None, "report agreements", holds(reference="signed")),
    ("agreements start", AGREED[0], None, "report agreements", lacks(reference="unsigned", status="future")),
    (
        "agreements end",
        None,
        AGREED[1],
        "report agreements",
        lacks(reference="unsigned", status="ended-without-successor"),
    ),
    ("agreements, successor", "2015-06-01", None, "report agreements", holds(reference="old", status="ended")),
    ("agreements run, then end soon", None, "2017-10-10", "report agreements", lacks(status="ending")),
    # What was published.
    ("published", "2019-05-05", None, "list published_figures", holds(id="said")),
    ("published, report", "2019-05-05", None, "report coverage", lambda answer: answer["published"] != []),
    ("sources", "2019-04-04", None, "list sources", holds(id="paper")),
]


def moments() -> Iterator[tuple[str, str, Sees, str, bool]]:
    """Each question on its first and last day, the day before and the day after."""
    for name, first, last, command, sees in BOUNDS:
        for bound, outside in ((first, -1), (last, 1)):
            if bound is not None:
                yield f"{name}: {bound}", command, sees, bound, True
                yield f"{name}: not {day(bound, outside)}", command, sees, day(bound, outside), False


@pytest.mark.parametrize(
    ("command", "sees", "as_of", "true"), [pytest.param(*rest, id=name) for name, *rest in moments()]
)
def test_both_bounds_are_inside(db: Path, command: str, sees: Sees, as_of: str, true: bool) -> None:
    assert sees(ask(db, f"{command} --as-of {as_of}")) is true


# What changed from the day before, and to the day after.
STEPS = (
    ("centre-opened", "made", None, *MADE),
    ("centre-renamed", "always", "name", day(RENAMED, 1), None),
    ("centre-changed", "always", "legal_form", None, RENAMED),
    ("centre-changed", "always", "seat", None, RENAMED),
    ("label-given", "always", None, LABEL[0], None),
    ("label-ended", "always", None, None, LABEL[1]),
    ("centre-opened", "lived", None, LIVED[0], None),
    ("centre-closed", "lived", None, None, LIVED[1]),
    ("perimeter-gained", "always", "01", PERIMETER[0], None),
    ("perimeter-lost", "always", "01", None, PERIMETER[1]),
    ("perimeter-gained", "lived", "02", LIVED[0], None),
    ("perimeter-lost", "lived", "02", None, LIVED[1]),
    ("agreement", "always", "state", AGREED[0], None),
    ("agreement", "always", "state", None, AGREED[1]),
    ("agreement", "always", "town", SIGNED, None),
    ("agreement", "always", "town", None, AGREED[1]),
    ("published", None, "coverage", "2019-05-05", None),
)


@pytest.mark.parametrize(("kind", "centre", "subject", "first", "last"), STEPS)
def test_a_change_is_of_the_day_on_which_it_happens(
    db: Path, kind: str, centre: str | None, subject: str | None, first: str | None, last: str | None
) -> None:
    """What begins is new on its first day; what ends is gone on the day after its last one."""
    changes_on = first or day(last or "", 1)
    sees = holds(kind=kind, centre=centre, subject=subject)
    for earlier, later, true in (
        (day(changes_on, -1), changes_on, True),
        (day(changes_on, -2), day(changes_on, -1), False),
        (changes_on, day(changes_on, 1), False),
    ):
        assert sees(ask(db, f"report changes --from {earlier} --to {later}")) is true, (earlier, later)


@pytest.mark.parametrize(
    ("as_of", "total"),
    [
        ("2014-12-31", None),
        ("2015-01-01", 10 + 20 + 40),
        ("2023-12-31", 10 + 20 + 40),
        ("2024-01-01", 11 + 22 + 40),  # the overseas departments keep their list a year longer
        ("2024-12-31", 11 + 22 + 40),
        ("2025-01-01", 11 + 22 + 44),
    ],
)
def test_the_counts_in_force(db: Path, as_of: str, total: int | None) -> None:
    answer = ask(db, f"report coverage --as-of {as_of}")
    assert answer["totals"]["total"] == (total or 0)
    assert noted("no-list-in-force")(answer) is (total is None)
    later = ask(db, f"report coverage --as-of {as_of} --counted-on 2025-06-30")
    assert later["totals"]["total"] == 11 + 22 + 44
    assert not noted("no-list-in-force")(later)


ALWAYS = {"one", "two", "always", "exempt", "lapsed"}


@pytest.mark.parametrize(
    ("year", "as_of", "centres"),
    [
        (2009, "2025-06-30", {"closed"}),
        (2010, "2025-06-30", {"closed", "made"}),
        (2014, "2025-06-30", {"closed", "made"}),
        (2015, "2025-06-30", {"closed", "made", "lived"}),
        (2015, "2015-03-09", {"closed", "made"}),
        (2015, "2015-03-10", {"closed", "made", "lived"}),
        (2018, "2025-06-30", {"closed", "made", "lived"}),
        (2019, "2025-06-30", {"closed", "made", "opened"}),
        (2019, "2019-12-31", {"closed", "made", "opened"}),
        (2019, "2019-12-30", {"closed", "made"}),
        (2020, "2025-06-30", {"made", "opened"}),
    ],
)
def test_a_centre_counts_in_a_year_on_one_day_of_which_it_was_open(
    db: Path, year: int, as_of: str, centres: set[str]
) -> None:
    funding = ask(db, f"report funding --year {year} --as-of {as_of}")
    assert {row["centre"] for row in funding["rows"]} == centres | ALWAYS
    activity = ask(db, f"report activity --year {year} --as-of {as_of}")
    assert activity["totals"]["centres"] == len(centres | ALWAYS)


@pytest.mark.parametrize(
    ("as_of", "status", "within"),
    [
        ("2017-10-10", "running", None),
        ("2017-10-11", "ending", None),
        ("2018-07-10", "running", 3),
        ("2018-07-11", "ending", 3),
        ("2018-10-11", "ending", 0),
        ("2018-10-10", "running", 0),
        ("2018-10-12", "ended-without-successor", None),
    ],
)
def test_an_agreement_ends_soon_from_so_many_months_before_its_last_day(
    db: Path, as_of: str, status: str, within: int | None
) -> None:
    asked = "" if within is None else f" --within {within}"
    assert holds(reference="signed", status=status)(ask(db, f"report agreements --as-of {as_of}{asked}"))


@pytest.mark.parametrize(("as_of", "year"), [("2017-12-30", 2016), ("2017-12-31", 2017), ("2018-01-01", 2017)])
def test_a_year_is_over_on_its_last_day(db: Path, tmp_path: Path, as_of: str, year: int) -> None:
    copy = tmp_path / "copy.sqlite"
    shutil.copy(db, copy)
    add_tables(
        copy,
        funding="centre,funder,year,scheme,stage,amount\nalways,state,2017,P147,granted,1\n",
        activities="centre,mission,year,type,half_days\nalways,skills,2017,training,1\n",
    )
    for report, name in (("funding", "to"), ("activity", "year")):
        assert ask(copy, f"report {report} --as-of {as_of}")["parameters"][name] == year
    assert ask(copy, f"check --as-of {as_of}")["parameters"]["year"] == year


@pytest.mark.parametrize(
    ("mission", "first"), [("skills", "2017-05-06"), ("animation", "2016-01-01")], ids=["day", "year"]
)
def test_a_rating_off_its_scale_is_found_from_when_it_is_known(
    db: Path, tmp_path: Path, mission: str, first: str
) -> None:
    copy = tmp_path / "copy.sqlite"
    shutil.copy(db, copy)
    add_tables(copy, scales="id,name,minimum,maximum\nfour,One to four,3,4\n")
    for as_of, true in ((first, True), (day(first, -1), False)):
        assert holds(mission=mission)(ask(copy, f"check --rule rating-off-scale --as-of {as_of}")) is true
