"""What the reader of a report must know: each note is there when its condition holds, and only then."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest

from tests.commands.conftest import Registry, crpv

Tables = dict[str, str]
# A small registry, what is asked of it, and the codes of all the notes of the answer, in order or not.
Case = tuple[str, Tables, str, set[str]]


def rows(header: str, *lines: str) -> str:
    return "\n".join((header, *lines))


# --- The tables, by what a case says of them ---


def counts(*lines: str, geography: str = "2024", quality: str = "exact", measure: str = "neighbourhoods") -> str:
    """Territory counts in force in the days of a geography: ``01 10``, or ``01 10 minimum``."""
    cells = [(*line.split(), quality)[:3] for line in lines]
    days = {"2015": "2015-01-01,2023-12-31", "2024": "2024-01-01,"}[geography]
    return rows(
        "department,measure,geography,value,quality,valid_from,valid_to",
        *(f"{department},{measure},{geography},{value},{how},{days}" for department, value, how in cells),
    )


def perimeters(*lines: str) -> str:
    """Perimeters: ``one 01``, or ``one 01 low``."""
    cells = [(*line.split(), "high")[:3] for line in lines]
    return rows("centre,department,confidence", *(",".join(row) for row in cells))


def funding(*lines: str) -> str:
    """Money: ``one state 2024 100``, then the source, the stage, the scheme (the State's is P147), the object."""
    made = []
    for line in lines:
        words = line.split()
        defaults = ["-", "granted", "P147" if words[1] == "state" else "-", "-"]
        made.append(",".join(words + defaults[len(words) - 4 :]).replace(",-", ","))
    return rows("centre,funder,year,amount,source,stage,scheme,object", *made)


def evaluations(*lines: str) -> str:
    """Evaluations: ``one animation 2024 four 2``, then the source; ``-`` is empty."""
    made = []
    for line in lines:
        centre, mission, year, scale, rating, source = (*line.split(), "-")[:6]
        made.append(f"{centre},{mission},{year},self,{scale},{rating},{source}".replace(",-", ","))
    return rows("centre,mission,year,kind,scale,rating,source", *made)


def activities(*lines: str) -> str:
    """Activity: ``one 2024 10``, then the mode and the source; ``-`` is empty."""
    made = []
    for line in lines:
        centre, year, half_days, mode, source = (*line.split(), "-", "-")[:5]
        made.append(f"{centre},skills,{year},training,{half_days},{mode},{source}".replace(",-", ","))
    return rows("centre,mission,year,type,half_days,mode,source", *made)


def agreements(*lines: str) -> str:
    """Agreements: ``one state 2020-01-01 2030-12-31``, then the amount and the day of signature; ``-`` is empty."""
    made = []
    for line in lines:
        centre, funder, start, end, amount, signed = (*line.split(), "-", "-")[:6]
        made.append(f"{centre},{funder},{start},{end},{amount},{signed}".replace(",-", ","))
    return rows("centre,funder,starts_on,ends_on,amount,signed_on", *made)


def published(*lines: str) -> str:
    """Published figures: ``coverage 88 percent 2024-05-05``."""
    made = [f"f{number},{','.join(line.split())},journal" for number, line in enumerate(lines)]
    return rows("id,measure,value,unit,as_of,source", *made)


MADE_UP = "id,title,fictitious\nmade-up,Made up,true"
COUNTS = counts("01 10", "02 20", "971 40")
SERVED = perimeters("one 01", "two 02", "two 971")
# What rests on perimeters says how sure they are, and whether labels are known.
BASIS = {"confidence", "labels-unknown"}
WHOLE = {"metropolitan", "overseas"} | BASIS
LISTED = rows("code,name,geography,department", "QN00101M,A,2024,01", "QN00201M,B,2024,02", "QN97101M,C,2024,971")

COVERAGE: list[Case] = [
    ("nothing counted", {}, "", {"unknown-counts"}),
    ("all served", {"territory_counts": COUNTS, "perimeters": SERVED}, "", WHOLE),
    ("by region", {"territory_counts": COUNTS, "perimeters": SERVED}, "--by region", WHOLE),
    (
        "mainland alone counted",
        {"territory_counts": counts("01 10", "02 20"), "perimeters": SERVED},
        "",
        {"metropolitan", "unknown-counts"} | BASIS,
    ),
    (
        "overseas alone counted",
        {"territory_counts": counts("971 40"), "perimeters": SERVED},
        "",
        {"overseas", "unknown-counts"} | BASIS,
    ),
    (
        "nothing to serve",
        {"territory_counts": counts("01 0", "02 0", "971 40"), "perimeters": SERVED},
        "",
        {"overseas"} | BASIS,
    ),
    (
        "one not served",
        {"territory_counts": COUNTS, "perimeters": perimeters("one 01", "two 971")},
        "",
        WHOLE | {"uncovered-departments"},
    ),
    (
        "one not served that has nothing",
        {"territory_counts": counts("01 10", "02 0", "971 40"), "perimeters": perimeters("one 01", "two 971")},
        "",
        WHOLE,
    ),
    (
        "one served twice",
        {"territory_counts": COUNTS, "perimeters": perimeters("one 01", "two 01", "two 02", "two 971")},
        "",
        WHOLE | {"overlapping-perimeters"},
    ),
    (
        "one served twice that has nothing",
        {
            "territory_counts": counts("01 0", "02 20", "971 40"),
            "perimeters": perimeters("one 01", "two 01", "two 02", "two 971"),
        },
        "",
        WHOLE,
    ),
    (
        "a minimum",
        {"territory_counts": counts("01 10 minimum", "02 20", "971 40"), "perimeters": SERVED},
        "",
        WHOLE | {"at-least"},
    ),
    (
        "of the previous geography",
        {"territory_counts": counts("01 10 previous-geography", "02 20", "971 40"), "perimeters": SERVED},
        "",
        WHOLE | {"previous-geography"},
    ),
    (
        "to confirm",
        {"territory_counts": COUNTS, "perimeters": perimeters("one 01 low", "two 02 medium", "two 971")},
        "",
        WHOLE | {"low-confidence"},
    ),
    (
        "by the lists of a later day",
        {"territory_counts": COUNTS, "perimeters": SERVED},
        "--as-of 2023-12-31 --counted-on 2024",
        WHOLE,
    ),
    ("before any list", {"territory_counts": COUNTS, "perimeters": SERVED}, "--as-of 2023-12-31", {"no-list-in-force"}),
    (
        "of one centre, while figures are of the whole country",
        {
            "territory_counts": COUNTS,
            "perimeters": SERVED,
            "published_figures": published("coverage 88 percent 2024-05-05"),
        },
        "--centre one",
        BASIS,
    ),
    ("of one region", {"territory_counts": COUNTS, "perimeters": SERVED}, "--region 84", BASIS),
    (
        "with labels",
        {"territory_counts": COUNTS, "perimeters": SERVED, "labels": "centre,valid_from\none,2020-01-01"},
        "",
        {"metropolitan", "overseas", "confidence", "labelled"},
    ),
    (
        "a list of the hexagone alone",
        {
            "territory_counts": counts("01 1", "02 1", "971 1"),
            "perimeters": SERVED,
            "neighbourhoods": "\n".join(LISTED.split("\n")[:3]),
        },
        "",
        WHOLE | {"list-in-part"},
    ),
    (
        "made-up rows elsewhere",
        {"territory_counts": COUNTS, "perimeters": SERVED, "sources": MADE_UP},
        "",
        WHOLE | {"registry-holds-fictitious-data"},
    ),
    (
        "a list that says the same",
        {
            "territory_counts": counts("01 1", "02 1", "971 1"),
            "perimeters": SERVED,
            "neighbourhoods": LISTED,
        },
        "",
        WHOLE,
    ),
    (
        "a list that says something else",
        {
            "territory_counts": counts("01 1", "02 2", "971 1"),
            "perimeters": SERVED,
            "neighbourhoods": LISTED,
        },
        "",
        WHOLE | {"list-and-counts-differ"},
    ),
    *(
        (
            f"{figure}, {asked or 'now'}",
            {
                "territory_counts": rows(COUNTS, *counts("01 9", "02 19", "971 39", geography="2015").split("\n")[1:]),
                "perimeters": SERVED,
                "published_figures": published(figure),
            },
            asked,
            WHOLE
            | ({"published-figure"} if there else set())
            | ({"published-hypotheses"} if there and figure.startswith("coverage") else set()),
        )
        for figure, asked, there in (
            ("coverage 88 percent 2020-05-05", "", True),
            ("coverage 88 percent 2020-05-05", "--measure departments", True),
            ("coverage 88 percent 2025-07-01", "", False),
            ("centres 20 centre 2024-05-05", "", False),
            # A figure of other lists stands beside what is computed of its own date.
            ("neighbourhoods 60 neighbourhood 2023-12-31", "", True),
            ("neighbourhoods 60 neighbourhood 2023-12-31", "--as-of 2023-12-31", True),
            ("neighbourhoods 60 neighbourhood 2024-01-01", "", True),
            ("neighbourhoods 60 neighbourhood 2024-01-01", "--counted-on 2023", True),
            ("neighbourhoods 60 neighbourhood 2024-01-01", "--measure departments", False),
        )
    ),
]

BOTH_FUNDED = ("one state 2024 100", "one town 2024 50", "two state 2024 100", "two town 2024 50")
YEAR_BEFORE = ("one state 2023 80", "two state 2023 80")
PART, SET, AT_MOST, ONE_PERIMETER = "not-whole-budgets", "known-of", "state-share-at-most", "constant-perimeter"
SUMMED = {PART, SET, ONE_PERIMETER}
SHARED = {*SUMMED, AT_MOST}
BUDGETS = "centre,year,status,resources\none,2024,approved,400\ntwo,2024,approved,200"
FUNDING: list[Case] = [
    ("nothing", {}, "", {"no-funding"}),
    ("nothing of these years", {"funding": funding(*BOTH_FUNDED)}, "--year 2020", {"no-funding"}),
    (
        "only requested",
        {"funding": funding("one state 2024 9 - requested")},
        "",
        {"no-funding", "other-stage-only"},
    ),
    (
        "requested, and asked for",
        {"funding": funding(*(f"{row} - requested" for row in BOTH_FUNDED))},
        "--stage requested",
        SUMMED,
    ),
    ("both known", {"funding": funding(*BOTH_FUNDED)}, "", SHARED),
    ("of one scheme", {"funding": funding(*BOTH_FUNDED)}, "--scheme p147", {PART, ONE_PERIMETER}),
    ("all resources known", {"funding": funding(*BOTH_FUNDED), "budgets": BUDGETS}, "", {*SUMMED, "state-share"}),
    (
        "all resources known of one centre",
        {"funding": funding(*BOTH_FUNDED), "budgets": BUDGETS[: BUDGETS.index("two")]},
        "",
        {*SHARED, "state-share"},
    ),
    ("the year before as well", {"funding": funding(*BOTH_FUNDED, *YEAR_BEFORE)}, "", {*SHARED, "state-change"}),
    (
        "of one centre",
        {"funding": funding(*BOTH_FUNDED, *YEAR_BEFORE)},
        "--centre one",
        {PART, ONE_PERIMETER, AT_MOST},
    ),
    ("by kind", {"funding": funding(*BOTH_FUNDED, *YEAR_BEFORE)}, "--by kind", {PART, SET}),
    (
        "of two years",
        {"funding": funding(*BOTH_FUNDED, *YEAR_BEFORE, "one state 2022 10", "two state 2022 10")},
        "--from 2023 --to 2024",
        SHARED,
    ),
    (
        "the State's unknown of one",
        {"funding": funding(*BOTH_FUNDED[:2], BOTH_FUNDED[3])},
        "",
        {*SHARED, "state-support-unknown"},
    ),
    (
        "the State's unknown in one of two years",
        {"funding": funding(*BOTH_FUNDED, YEAR_BEFORE[0])},
        "--from 2023",
        {*SHARED, "state-support-unknown", "not-comparable"},
    ),
    ("local money unknown of one", {"funding": funding(*BOTH_FUNDED[:3])}, "", {*SHARED, "no-local-funding-known"}),
    (
        "nothing of either",
        {"funding": funding("one bank 2024 9", "two bank 2024 9")},
        "",
        {PART, SET, "state-support-unknown", "no-local-funding-known"},
    ),
    (
        "the State's alone",
        {"funding": funding(BOTH_FUNDED[0], BOTH_FUNDED[2], *YEAR_BEFORE)},
        "",
        {*SUMMED, "no-local-funding-known", "state-change"},
    ),
    (
        "the years before of other centres",
        {"funding": funding(*BOTH_FUNDED[:2], BOTH_FUNDED[3], YEAR_BEFORE[1])},
        "",
        {*SHARED, "state-support-unknown"},
    ),
    (
        "of a source that leaves something out",
        {
            "sources": "id,title\njaune-plf-2023,Annex",
            "funding": funding("one state 2024 100 jaune-plf-2023", *BOTH_FUNDED[1:]),
        },
        "",
        {*SHARED, "source-limit"},
    ),
    (
        "of such a source in another year",
        {
            "sources": "id,title\njaune-plf-2023,Annex",
            "funding": funding("one state 2022 100 jaune-plf-2023", *BOTH_FUNDED),
        },
        "",
        SHARED,
    ),
    *(
        (
            f"told by two sources: {first} | {second}",
            {"funding": funding(*BOTH_FUNDED[1:], first, second)},
            "",
            {*SHARED, *also},
        )
        for first, second, also in (
            ("one state 2024 1000 books granted P147 a", "one state 2024 1009 journal granted P147 b", {"same-money"}),
            ("one state 2024 1000 books granted P147 a", "one state 2024 1011 journal granted P147 b", ()),
            # The same grant in two files counts once.
            ("one state 2024 1000 books granted P147 a", "one state 2024 1000 journal granted P147 b", ()),
            # Of two sums that are no decisions, the larger counts.
            ("one state 2024 1000 books granted P147", "one state 2024 1009 journal granted P147", ()),
            ("one state 2024 1000 books granted P147 a", "one state 2024 1000 journal granted P104 b", ()),
            (
                "one state 2024 1000 books granted P147 a",
                "one state 2024 900 journal paid P147 b",
                {"paid-of-granted"},
            ),
            ("one state 2024 1000 books granted P147 a", "two state 2024 1000 journal granted P147 b", ()),
            ("one state 2024 1000 books granted P147 a", "one state 2022 1000 journal granted P147 b", ()),
        )
    ),
    (
        "told by two sources, of another year",
        {
            "funding": funding(
                *BOTH_FUNDED, *(f"one state 2022 1000 {at} granted P147 a" for at in ("books", "journal"))
            )
        },
        "",
        SHARED,
    ),
    (
        "a part of programme 147",
        {"funding": funding(*BOTH_FUNDED), "published_figures": published("p147 1000 euro 2024-12-31")},
        "",
        {*SHARED, "part-of-programme"},
    ),
    (
        "programme 147 of another year",
        {"funding": funding(*BOTH_FUNDED), "published_figures": published("p147 1000 euro 2023-12-31")},
        "",
        SHARED,
    ),
    (
        "made up",
        {"sources": MADE_UP, "funding": funding("one state 2024 100 made-up", *BOTH_FUNDED[1:])},
        "",
        {*SHARED, "fictitious-data"},
    ),
    (
        "made up in another year",
        {"sources": MADE_UP, "funding": funding("one state 2022 100 made-up", *BOTH_FUNDED)},
        "",
        {*SHARED, "registry-holds-fictitious-data"},
    ),
]

ALL = ("one animation 2024 four 2", "one skills 2024 four 2", "two animation 2024 four 2", "two skills 2024 four 2")
NET = {"network", "changes"}
MEANS = "means-of-positions"
EVALUATIONS: list[Case] = [
    ("nothing", {}, "", {"no-evaluations"}),
    ("nothing, by mission", {}, "--by mission", {"no-evaluations"}),
    ("nothing up to the year", {"evaluations": evaluations(*ALL)}, "--year 2020", {"no-evaluations", "cycle"}),
    ("all", {"evaluations": evaluations(*ALL)}, "", NET | {"cycle"}),
    ("of one centre", {"evaluations": evaluations(*ALL)}, "--centre one", {"cycle"}),
    ("of one mission", {"evaluations": evaluations(*ALL)}, "--mission skills", NET | {"cycle"}),
    ("one missing", {"evaluations": evaluations(*ALL[:3])}, "", NET | {"cycle", "overdue"}),
    ("one missing, elsewhere", {"evaluations": evaluations(*ALL[:3])}, "--centre one", {"cycle"}),
    (
        "the last year in time",
        {"evaluations": evaluations(*ALL[:3], "two skills 2022 four 2")},
        "",
        NET | {"cycle"},
    ),
    (
        "a year too late",
        {"evaluations": evaluations(*ALL[:3], "two skills 2021 four 2")},
        "",
        NET | {"cycle", "overdue"},
    ),
    (
        "in time by a longer cycle",
        {"evaluations": evaluations(*ALL[:3], "two skills 2021 four 2")},
        "--cycle 4",
        NET | {"cycle"},
    ),
    ("by mission", {"evaluations": evaluations(*ALL)}, "--by mission", NET | {"cycle", MEANS}),
    ("by centre", {"evaluations": evaluations(*ALL)}, "--by centre", NET | {"cycle", MEANS}),
    (
        "without ratings",
        {"evaluations": evaluations(*(" ".join([*row.split()[:3], "-", "-"]) for row in ALL))},
        "--by mission",
        NET | {"cycle"},
    ),
    (
        "on two scales, by mission",
        {"evaluations": evaluations(*ALL[:3], "two skills 2024 twenty 12")},
        "--by mission",
        NET | {"cycle", MEANS, "distribution-by-quarter"},
    ),
    (
        "on two scales, by centre",
        {"evaluations": evaluations(*ALL[:3], "two skills 2024 twenty 12")},
        "--by centre",
        NET | {"cycle", MEANS},
    ),
    ("on two scales", {"evaluations": evaluations(*ALL[:3], "two skills 2024 twenty 12")}, "", NET | {"cycle"}),
    *(
        (
            f"{before} before, {asked or 'by none'}",
            {"evaluations": evaluations(*ALL, f"one skills 2022 {before}")},
            asked,
            NET | {"cycle"} | ({MEANS} if asked else set()) | more,
        )
        for before, asked, more in (
            ("four 1", "", set()),
            ("four 1", "--by centre", {"centres-improving"}),
            ("four 1", "--by mission", {"centres-improving"}),
            ("four 3", "--by centre", {"centres-slipping"}),
            ("four 2", "--by centre", set()),
            ("four 3", "", set()),
            ("twenty 1", "", {"compared-by-position"}),
            ("twenty 20", "--by centre", {"compared-by-position", "centres-slipping"}),
            ("- -", "", set()),
        )
    ),
    (
        "on somebody's own scale",
        {"evaluations": evaluations(*ALL[:3], "two skills 2024 own 2")},
        "",
        NET | {"cycle", "scale-not-official"},
    ),
    (
        "on somebody's own scale, elsewhere",
        {"evaluations": evaluations(*ALL[:3], "two skills 2024 own 2")},
        "--centre one",
        {"cycle"},
    ),
    (
        "on somebody's own scale, later",
        {"evaluations": evaluations(*ALL, *(row.replace("2024", "2023") for row in ALL), "one skills 2025 own 2")},
        "--year 2024",
        NET | {"cycle"},
    ),
    (
        "published",
        {"evaluations": evaluations(*ALL), "published_figures": published("core_missions 50 mission 2023-05-05")},
        "",
        NET | {"cycle", "published-figure"},
    ),
    (
        "something else published",
        {"evaluations": evaluations(*ALL), "published_figures": published("coverage 50 percent 2023-05-05")},
        "",
        NET | {"cycle"},
    ),
    (
        "made up",
        {"sources": MADE_UP, "evaluations": evaluations(*ALL[:3], "two skills 2024 four 2 made-up")},
        "",
        NET | {"cycle", "fictitious-data"},
    ),
    (
        "made up elsewhere",
        {"sources": MADE_UP, "evaluations": evaluations(*ALL[:3], "two skills 2024 four 2 made-up")},
        "--centre one",
        {"cycle", "registry-holds-fictitious-data"},
    ),
]

DONE = ("one 2024 10", "two 2024 10")
ACTIVITY: list[Case] = [
    ("nothing", {}, "", {"no-activity"}),
    ("both", {"activities": activities(*DONE)}, "", set()),
    ("one has not reported", {"activities": activities(DONE[0])}, "", {"activity-not-reported"}),
    ("nobody has reported the year", {"activities": activities(*DONE)}, "--year 2020", {"no-activity"}),
    ("nothing of one mission", {"activities": activities(*DONE)}, "--mission animation", {"no-activity"}),
    (
        "nothing of one mission, in a year that one has not reported",
        {"activities": activities(DONE[0])},
        "--mission animation --year 2024",
        {"no-activity", "activity-not-reported"},
    ),
    ("of one centre that reported", {"activities": activities(DONE[0])}, "--centre one", set()),
    ("half-days not told", {"activities": activities(DONE[0], "two 2024 -")}, "", {"half-days-unknown"}),
    (
        "half-days not told of another year",
        {"activities": activities(*DONE, "two 2022 -")},
        "",
        set(),
    ),
    ("the year before as well", {"activities": activities(*DONE, "two 2023 8")}, "", {"half-days-change"}),
    (
        "the year before, of another centre",
        {"activities": activities(DONE[0], "two 2023 8")},
        "",
        {"activity-not-reported"},
    ),
    ("two years before", {"activities": activities(*DONE, "two 2022 8")}, "", set()),
    ("remote", {"activities": activities(DONE[0], "two 2024 10 remote")}, "", {"remote-share"}),
    (
        "on site, which is nothing remote",
        {"activities": activities(DONE[0], "two 2024 10 on-site")},
        "",
        {"remote-share"},
    ),
    *(
        (
            f"published {figure} {asked}",
            {"activities": activities(*DONE), "published_figures": published(figure)},
            asked,
            {"published-figure"} if there else set(),
        )
        for figure, asked, there in (
            ("half_days 30 half-day 2024-12-31", "", True),
            ("half_days 30 half-day 2020-06-30", "", True),
            ("half_days 30 half-day 2025-01-01", "", False),
            ("half_days 30 half-day 2024-12-31", "--centre one", False),
            ("half_days 30 half-day 2024-12-31", "--mission skills", False),
            ("coverage 30 percent 2024-12-31", "", False),
        )
    ),
    (
        "made up",
        {"sources": MADE_UP, "activities": activities(DONE[0], "two 2024 10 - made-up")},
        "",
        {"fictitious-data"},
    ),
    (
        "made up in another year",
        {"sources": MADE_UP, "activities": activities(*DONE, "two 2022 10 - made-up")},
        "",
        {"registry-holds-fictitious-data"},
    ),
]

LONG = "2020-01-01 2030-12-31"
AGREEMENTS: list[Case] = [
    ("nothing", {}, "", {"no-agreements"}),
    ("not signed yet", {"agreements": agreements(f"one state {LONG} - 2025-07-01")}, "", {"no-agreements"}),
    ("of another centre", {"agreements": agreements(f"one state {LONG}")}, "--centre two", {"no-agreements"}),
    ("running", {"agreements": agreements(f"one state {LONG}")}, "", set()),
    ("running, for an amount", {"agreements": agreements(f"one state {LONG} 90")}, "", {"agreements-amount"}),
    ("to come, for an amount", {"agreements": agreements("one state 2026-01-01 2030-12-31 90")}, "", set()),
    (
        "ending",
        {"agreements": agreements("one state 2020-01-01 2025-12-31 90")},
        "",
        {"agreements-ending", "agreements-amount"},
    ),
    ("ending later", {"agreements": agreements("one state 2020-01-01 2025-12-31")}, "--within 3", set()),
    (
        "ended",
        {"agreements": agreements("one state 2020-01-01 2024-12-31 90")},
        "",
        {"agreements-ended-without-successor"},
    ),
    (
        "ended, one to come",
        {"agreements": agreements("one state 2020-01-01 2024-12-31", "one state 2025-07-01 2030-12-31")},
        "",
        {"agreements-ended-without-successor"},
    ),
    (
        "ended and renewed",
        {"agreements": agreements("one state 2020-01-01 2024-12-31 90", "one state 2025-01-01 2030-12-31")},
        "",
        set(),
    ),
    (
        "ended, another with another funder",
        {"agreements": agreements("one state 2020-01-01 2024-12-31", "one town 2025-01-01 2030-12-31")},
        "",
        {"agreements-ended-without-successor"},
    ),
]

CHANGES: list[Case] = [
    ("nothing", {}, "--from 2023 --to 2025", set()),
    (
        "what is covered, in one geography",
        {
            "territory_counts": COUNTS,
            "perimeters": "centre,department,valid_from\none,01,2025-01-01",
        },
        "--from 2024 --to 2025",
        {"before-rounding"},
    ),
    (
        "what is covered, in two geographies",
        {
            "territory_counts": rows(COUNTS, *counts("01 9", "02 19", "971 39", geography="2015").split("\n")[1:]),
            "perimeters": SERVED,
        },
        "--from 2023 --to 2025",
        {"before-rounding", "geographies-differ"},
    ),
    ("money", {"funding": funding("one state 2023 5", "one state 2024 6")}, "--from 2023 --to 2024", {"closed-years"}),
    (
        "a rating",
        {"evaluations": evaluations("one skills 2023 four 1", "one skills 2024 four 2")},
        "--from 2023 --to 2024",
        {"before-rounding", "by-position"},
    ),
    (
        "a rating, with money in two geographies without counts",
        {
            "evaluations": evaluations("one skills 2023 four 1", "one skills 2024 four 2"),
            "funding": funding("one state 2023 5", "one state 2024 6"),
        },
        "--from 2023 --to 2024",
        {"before-rounding", "by-position", "closed-years"},
    ),
    ("an agreement", {"agreements": agreements("one state 2024-01-01 2030-12-31 9")}, "--from 2023 --to 2024", set()),
    (
        "made up",
        {"sources": MADE_UP, "evaluations": evaluations("one skills 2023 four 1", "one skills 2024 four 2 made-up")},
        "--from 2023 --to 2024",
        {"before-rounding", "by-position", "fictitious-data"},
    ),
    ("made up, and no change", {"sources": MADE_UP}, "--from 2023 --to 2024", {"registry-holds-fictitious-data"}),
]

NEAR = ("one state 2024 1000 books granted P147 a", "one state 2024 1009 journal granted P147 b")
LIST: list[Case] = [
    ("nothing", {}, "", set()),
    ("money", {"funding": funding(*BOTH_FUNDED)}, "", set()),
    (
        "the same money",
        {"funding": funding(*NEAR)},
        "",
        {"same-money"},
    ),
    (
        "the same money, of a year that is not shown",
        {"funding": funding(*BOTH_FUNDED, *(row.replace("2024", "2023") for row in NEAR))},
        "",
        set(),
    ),
    (
        "made-up evaluations",
        {"sources": MADE_UP, "evaluations": evaluations("one skills 2024 four 2 made-up")},
        "",
        {"fictitious-evaluations"},
    ),
    (
        "made-up money",
        {"sources": MADE_UP, "funding": funding("one state 2024 9 made-up")},
        "",
        {"fictitious-data"},
    ),
    (
        "made-up money and evaluations",
        {
            "sources": MADE_UP,
            "funding": funding("one state 2024 9 made-up"),
            "evaluations": evaluations("two skills 2024 four 2 made-up"),
        },
        "",
        {"fictitious-data"},
    ),
    ("nothing made up of what is shown", {"sources": MADE_UP}, "", {"registry-holds-fictitious-data"}),
]
MAP: list[Case] = [
    (
        "a figure and a gap",
        {
            "territory_counts": COUNTS,
            "perimeters": perimeters("one 01 low"),
            "published_figures": published("coverage 88 percent 2024-05-05"),
        },
        "",
        {"uncovered-departments", "published-figure", "published-hypotheses", "confidence"},
    ),
    (
        "of a centre",
        {"territory_counts": COUNTS, "perimeters": SERVED},
        "--centre two",
        {"served-departments", "confidence"},
    ),
    (
        "off the map",
        {
            "departments": "code,name,region_code,region_name\n975,Miquelon,975,Miquelon",
            "territory_counts": rows(COUNTS, "975,neighbourhoods,2024,1,exact,,"),
            "perimeters": rows(SERVED, "one,975,high"),
        },
        "",
        {"not-on-map", "confidence"},
    ),
]
OF_NETWORK: list[Case] = [
    (
        "a figure published of coverage",
        {"territory_counts": COUNTS, "published_figures": published("coverage 88 percent 2024-05-05")},
        "",
        {"published-hypotheses"},
    ),
    (
        "a figure published of something else",
        {"territory_counts": COUNTS, "published_figures": published("centres 20 centre 2024-05-05")},
        "",
        set(),
    ),
    (
        "a figure published, and nothing counted",
        {"published_figures": published("coverage 88 percent 2024-05-05")},
        "",
        set(),
    ),
]
CASES = {
    "report coverage": COVERAGE,
    "report funding": FUNDING,
    "report evaluations": EVALUATIONS,
    "report activity": ACTIVITY,
    "report agreements": AGREEMENTS,
    "report changes": CHANGES,
    "map": MAP,
    "report network": OF_NETWORK,
}


def answer(db: Path, command: str) -> Any:
    asked = shlex.split(command)
    as_of = () if {"--as-of", "changes"} & {*asked} else ("--as-of", "2025-06-30")
    ran = crpv(*asked, *as_of, "--db", db, "--format", "json")
    assert ran.code == 0, ran.err
    return ran.json


def notes(db: Path, command: str) -> dict[str, str]:
    """What the reader of an answer is told: the texts of the notes by their codes."""
    return {note["code"]: note["text"] for note in answer(db, command)["notes"] if note["audience"] == "reader"}


def advice(db: Path, command: str) -> dict[str, str]:
    """What whoever asks is told of crpv, beside that."""
    return {note["code"]: note["text"] for note in answer(db, command)["notes"] if note["audience"] == "operator"}


@pytest.mark.parametrize(
    ("tables", "command", "codes"),
    [
        pytest.param(tables, f"{command} {options}", codes, id=f"{command.removeprefix('report ')}: {name}")
        for command, cases in CASES.items()
        for name, tables, options, codes in cases
    ],
)
def test_notes(registry: Registry, tables: Tables, command: str, codes: set[str]) -> None:
    assert set(notes(registry(**tables), command)) == codes


# ``list`` writes no notes for machines: they are told by what each of them says.
SAYS = {
    "same-money": "the same money",
    "fictitious-evaluations": "FICTITIOUS: the missions",
    "fictitious-data": "FICTITIOUS: these figures",
    "registry-holds-fictitious-data": "also holds fictitious",
}


@pytest.mark.parametrize(("tables", "codes"), [pytest.param(tables, codes, id=name) for name, tables, _, codes in LIST])
def test_notes_of_a_list(registry: Registry, tables: Tables, codes: set[str]) -> None:
    ran = crpv("list", "--as-of", "2025-06-30", "--db", registry(**tables))
    assert {code for code, words in SAYS.items() if words in ran.out + ran.err} == codes


# --- Where one note has several texts, or names what it is of ---


@pytest.mark.parametrize(
    ("tables", "command", "code", "says", "says_not"),
    [
        ({}, "report coverage", "unknown-counts", "Not known for any department", "crpv"),
        ({"territory_counts": counts("01 1")}, "report coverage", "unknown-counts", "02, 971", "crpv load"),
        ({}, "report evaluations", "no-evaluations", "none are published", "crpv"),
        ({"evaluations": evaluations(*ALL)}, "report evaluations --year 2020", "no-evaluations", "2020", "--demo"),
        ({"evaluations": evaluations(*ALL)}, "report evaluations", "cycle", "3 years", "asked for"),
        (
            {"evaluations": evaluations(*ALL)},
            "report evaluations --cycle 4",
            "cycle",
            "4 years were asked for",
            "--cycle",
        ),
        (
            {"evaluations": evaluations(*ALL)},
            "report evaluations --cycle 1",
            "cycle",
            "1 year was asked for",
            "--cycle",
        ),
        ({"evaluations": evaluations(*ALL)}, "report evaluations", "network", "4 of 4", "3 of 4"),
        ({"evaluations": evaluations(*ALL)}, "report evaluations", "network", "2 of 2 centres", "–"),
        ({"evaluations": evaluations(*ALL[:3])}, "report evaluations", "network", "1 of 2 centres", "4 of 4"),
        ({"evaluations": evaluations(*ALL[:3])}, "report evaluations", "overdue", "1 mission: Two (skills)", "One"),
        (
            {"evaluations": evaluations(*ALL, "one skills 2022 four 1", "two skills 2022 four 2")},
            "report evaluations",
            "changes",
            "1 better, 1 the same, 0 worse",
            "2",
        ),
        ({}, "report activity", "no-activity", "none is published", "crpv"),
        (
            {"activities": activities(*DONE)},
            "report activity --year 2020",
            "no-activity",
            "The registry holds no activity for 2020",
            "--demo",
        ),
        (
            {"activities": activities(*DONE)},
            "report activity --year 2020 --centre one",
            "no-activity",
            "The registry holds no such activity for 2020",
            "--demo",
        ),
        (
            {"activities": activities(*DONE)},
            "report activity --mission animation",
            "no-activity",
            "2025-06-30",
            "--demo",
        ),
        ({"activities": activities(DONE[0])}, "report activity", "activity-not-reported", "1 centre of 2", "One"),
        ({"activities": activities(DONE[0])}, "report activity", "activity-not-reported", "2024", "2025"),
        (
            {"activities": activities(*DONE, "one 2023 8", "two 2023 8")},
            "report activity",
            "half-days-change",
            "2023: +25.0% (2 centres",
            "2024",
        ),
        (
            {"activities": activities("one 2024 10 on-site", "two 2024 30 remote", "two 2024 5")},
            "report activity",
            "remote-share",
            "75.0%",
            "%%",
        ),
        ({}, "report agreements", "no-agreements", "none are published", "crpv"),
        (
            {"agreements": agreements(f"one state {LONG} - 2025-07-01")},
            "report agreements",
            "no-agreements",
            "2025-06-30",
            "--demo",
        ),
        (
            {"agreements": agreements(f"one state {LONG} 90", f"two state {LONG} 10.50")},
            "report agreements",
            "agreements-amount",
            "2 agreements are running",
            "90.00",
        ),
        (
            {"funding": funding(*BOTH_FUNDED, "one state 2023 80", "two state 2023 100")},
            "report funding",
            "state-change",
            "Programme 147, granted, compared with 2023, over the 2 centres known in both years: +11.1%.",
            "2024",
        ),
        (
            {"funding": funding(*BOTH_FUNDED), "budgets": BUDGETS},
            "report funding",
            "state-share",
            "the State gives 33.3% of them (2 centres)",
            "66.7%",
        ),
        (
            {"funding": funding(*BOTH_FUNDED[:3])},
            "report funding",
            "state-share-at-most",
            "One 66.7% (other funding not known)",
            "Two",
        ),
        (
            {"funding": funding(*BOTH_FUNDED, "one bank 2024 50")},
            "report funding",
            "state-share-at-most",
            "One 50.0% (budget not known), Two 66.7% (other funding not known)",
            "local",
        ),
        (
            {"funding": funding(*BOTH_FUNDED[:3])},
            "report funding",
            "known-of",
            "of 2: programme 147: 2, local: 1.",
            "posts",
        ),
        (
            {"funding": funding(*BOTH_FUNDED, "one state 2024 38 - paid")},
            "report funding",
            "paid-of-granted",
            "Paid: €38 of €100 granted, where both are known (One, État, P147, 2024: €38 of €100).",
            "Two",
        ),
        (
            {"funding": funding(*BOTH_FUNDED[:2], "two state 2024 38 - paid", "two town 2024 5 - requested")},
            "report funding",
            "other-stage-only",
            "Not known as granted, and in no sum: Two, Ville, 2024: €5 requested; Two, État, P147, 2024: €38 paid.",
            "One",
        ),
        (
            {"funding": funding(*BOTH_FUNDED, YEAR_BEFORE[0])},
            "report funding --by year",
            "not-comparable",
            "2023 (1/2 centres)",
            "2024 (",
        ),
        (
            {"funding": funding(*BOTH_FUNDED[:3])},
            "report funding",
            "no-local-funding-known",
            "1 centre of 2",
            "2 centres",
        ),
        ({"funding": funding(*BOTH_FUNDED[:2])}, "report funding", "state-support-unknown", ": Two.", "("),
        (
            {
                "funding": funding(
                    *BOTH_FUNDED, "one state 2019 1", "one state 2020 1", "one state 2022 1", "two state 2018 1"
                )
            },
            "report funding --from 2018 --to 2024",
            "state-support-unknown",
            "One (2018, 2021, 2023), Two (2019–2023)",
            "2024",
        ),
        (
            {"funding": funding(*NEAR)},
            "report funding",
            "same-money",
            "One 2024 (The books; The journal)",
            "…",
        ),
        (
            {"territory_counts": COUNTS, "perimeters": perimeters("one 01", "two 971")},
            "report coverage",
            "uncovered-departments",
            "20 neighbourhoods in 1 department: 02.",
            "971",
        ),
        ({"territory_counts": COUNTS}, "map --centre one", "served-departments", "no department", "01"),
        (
            {"territory_counts": COUNTS, "perimeters": SERVED},
            "map --centre two",
            "served-departments",
            "2 departments: 02, 971 (neighbourhoods: 60)",
            "01",
        ),
        (
            {"territory_counts": COUNTS, "published_figures": published("neighbourhoods 60 neighbourhood 2024-05-05")},
            "report coverage",
            "published-figure",
            "60 neighbourhoods; computed for that date: 70.",
            "88",
        ),
        (
            {"territory_counts": COUNTS, "published_figures": published("coverage 88 percent 2024-05-05")},
            "report coverage",
            "published-figure",
            "by journal: 88%; computed for that date: 0.0% of neighbourhoods.",
            "70",
        ),
        (
            {"published_figures": published("coverage 88 percent 2024-05-05")},
            "report coverage",
            "published-figure",
            "journal: 88%.",
            "computed",
        ),
        (
            {
                "activities": activities(*DONE),
                "published_figures": published("half_days 30 half-day 2023-12-31"),
            },
            "report activity",
            "published-figure",
            "30 half-days.",
            "computed",
        ),
        (
            {"activities": activities(*DONE), "published_figures": published("half_days 30 half-day 2024-12-31")},
            "report activity",
            "published-figure",
            "30 half-days; computed for that date: 20.",
            "–",
        ),
    ],
)
def test_what_a_note_says(
    registry: Registry, tables: Tables, command: str, code: str, says: str, says_not: str
) -> None:
    text = notes(registry(**tables), command)[code]
    assert says in text
    assert says_not not in text


@pytest.mark.parametrize(
    ("tables", "command", "told"),
    [
        ({}, "report coverage", {"load-counts"}),
        ({"territory_counts": counts("01 1")}, "report coverage", set()),
        ({}, "report evaluations", {"load-yours"}),
        ({"evaluations": evaluations(*ALL)}, "report evaluations", {"other-cycle"}),
        ({"evaluations": evaluations(*ALL)}, "report evaluations --cycle 4", set()),
        ({}, "report activity", {"load-yours"}),
        ({"activities": activities(*DONE)}, "report activity", set()),
        ({"activities": activities(*DONE)}, "report activity --year 2020", set()),
        ({}, "report agreements", {"load-yours"}),
        ({"agreements": agreements(f"one state {LONG}")}, "report agreements", set()),
    ],
)
def test_what_to_do_in_crpv_is_said_apart(registry: Registry, tables: Tables, command: str, told: set[str]) -> None:
    """It is for whoever asks, and not for who reads the answer."""
    assert set(advice(registry(**tables), command)) == told


@pytest.mark.parametrize(("value", "written"), [("88", "88"), ("88.5", "88.5")])
def test_a_published_value_is_written_as_it_was_said(registry: Registry, value: str, written: str) -> None:
    db = registry(published_figures=published(f"coverage {value} percent 2024-05-05"))
    (figure,) = answer(db, "report coverage")["published"]
    assert str(figure["value"]) == written


def test_ratings_on_two_scales_are_told_with_their_scales(registry: Registry) -> None:
    db = registry(evaluations=evaluations(*ALL, "one skills 2022 twenty 1"))
    (note,) = (one for one in answer(db, "report evaluations")["notes"] if one["code"] == "compared-by-position")
    assert "One (skills)" in note["text"]
    assert note["missions"] == [
        {"centre": "one", "mission": "skills", "scale": "four", "previous_scale": "twenty"},
    ]


@pytest.mark.parametrize("silent", [4, 5, 8, 9, 12, 13])
def test_the_centres_that_a_note_names_are_not_too_many(registry: Registry, silent: int) -> None:
    """At most so many are written out; machines are told all of them."""
    extra = [f"x{number:02},Extra,Extra {number:02},gip,2000,true" for number in range(silent)]
    db = registry(
        centres=rows("id,name,short_name,legal_form,since,co_funded", *extra),
        activities=activities(*DONE),
        funding=funding(*BOTH_FUNDED),
        evaluations=evaluations(*ALL),
    )
    for command, code, most, details in (
        ("report activity", "activity-not-reported", 12, "centres"),
        ("report funding", "state-support-unknown", 8, "centres"),
        ("report evaluations", "overdue", 8, "missions"),
    ):
        (note,) = (note for note in answer(db, command)["notes"] if note["code"] == code)
        assert note["text"].count("Extra ") == min(silent, most)
        assert ("…" in note["text"]) is (silent > most)
        assert len(note[details]) == silent * (2 if details == "missions" else 1)


@pytest.mark.parametrize("pairs", [8, 9])
def test_the_payments_that_a_note_names_are_not_too_many(registry: Registry, pairs: int) -> None:
    twice = [
        f"one state 2024 {amount} {source} granted s{n} a"
        for n in range(pairs)
        for source, amount in (("books", 1000), ("journal", 1005))
    ]
    (note,) = (
        note
        for note in answer(registry(funding=funding(*twice)), "report funding")["notes"]
        if note["code"] == "same-money"
    )
    assert note["text"].count("One 2024") == 8
    assert ("…" in note["text"]) is (pairs > 8)
    assert len(note["pairs"]) == pairs


@pytest.mark.parametrize(
    ("as_of", "on"),
    [
        ("2023-12-31", "2023-05-05"),
        ("2024-01-01", "2023-05-05"),
        ("2024-06-30", "2024-01-01"),
        ("2024-06-30", "2023-12-31"),
    ],
)
def test_a_figure_is_compared_with_what_is_computed_of_its_own_date(registry: Registry, as_of: str, on: str) -> None:
    """So are the rules."""
    both = rows(COUNTS, *counts("01 9", "02 19", "971 39", geography="2015").split("\n")[1:])
    db = registry(
        territory_counts=both,
        published_figures=published(f"neighbourhoods 60 neighbourhood {on}", f"centres 19 centre {on}"),
    )
    figures = {row["figure"]: row for row in answer(db, f"report network --as-of {as_of}")["figures"]}
    assert figures["neighbourhoods"]["published"] == 60
    assert figures["neighbourhoods"]["computed_then"] == (67 if on < "2024" else 70)
    assert figures["neighbourhoods"]["value"] == (67 if as_of < "2024" else 70)
    assert (figures["centres"]["published"], figures["centres"]["computed_then"]) == (19, 2)
    ran = crpv("check", "--rule", "announced-neighbourhoods", "--as-of", as_of, "--db", db, "-f", "json")
    (finding,) = ran.json["rows"]
    assert f"{67 if on < '2024' else 70} priority" in finding["message"]


GAPS: tuple[tuple[Tables, set[str]], ...] = (
    ({}, {"unknown-counts", "no-funding", "no-evaluations", "no-activity", "no-agreements"}),
    (
        {
            "territory_counts": rows(
                COUNTS,
                *counts("01 1", "02 1", "971 1", measure="contracts").split("\n")[1:],
                *counts("01 1", "02 1", "971 1", measure="inhabitants").split("\n")[1:],
            ),
            "perimeters": SERVED,
            "funding": funding(*BOTH_FUNDED),
            "evaluations": evaluations(*ALL),
            "activities": activities(*DONE),
            "agreements": agreements(f"one state {LONG}"),
        },
        set(),
    ),
)


@pytest.mark.parametrize(("tables", "gaps"), GAPS, ids=["nothing", "everything"])
def test_what_is_missing_of_the_network(registry: Registry, tables: Tables, gaps: set[str]) -> None:
    assert {row["gap"] for row in answer(registry(**tables), "report network")["missing"]} == gaps
