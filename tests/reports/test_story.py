"""The sentences of the report and of the sheet: true of 200 registries that chance makes, right in both languages.

What a sentence says is held against the figures of the dossier's own sections: its numbers are read out of the text
again, in the order in which they stand, and each has to be the one that the rows have.
"""

from __future__ import annotations

import random
import re
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from crpv_cli import language
from crpv_cli.registry.connection import open_reading
from crpv_cli.reports.centre.report import centre_sheet
from crpv_cli.reports.network.report import network
from crpv_cli.reports.sentences import exact
from crpv_cli.result import Dossier

TODAY = "2026-11-28"
REGISTRIES, BATCHES = 200, 8
MISSIONS = ("animation", "skills", "capitalisation", "complementary")
DEPARTMENTS = (
    ("2A", "Corse-du-Sud", "94", "Corse"),
    ("2B", "Haute-Corse", "94", "Corse"),
    ("52", "Haute-Marne", "44", "Grand Est"),
    ("51", "Marne", "44", "Grand Est"),
    ("92", "Hauts-de-Seine", "11", "Île-de-France"),
    ("75", "Paris", "11", "Île-de-France"),
    ("95", "Val-d'Oise", "11", "Île-de-France"),
    ("01", "Ain", "84", "Auvergne-Rhône-Alpes"),
    ("974", "La Réunion", "04", "La Réunion"),
    ("976", "Mayotte", "06", "Mayotte"),
)


# --- Registries that chance makes, from nothing at all to all of it ---


def chance_registry(path: Path, seed: int) -> sqlite3.Connection:
    """A registry of a few centres: what is known of it, and how much, is drawn by chance."""
    by_chance = random.Random(seed)
    connection = sqlite3.connect(":memory:")
    with open_reading(path) as empty:
        empty.backup(connection)
    connection.row_factory = sqlite3.Row
    connection.execute("insert into loads (id, at, who, command, version) values (1, '2026-11-01', 'x', 'x', 'x')")

    def put(table: str, **values: Any) -> None:
        names = [*values, "load"]
        marks = ", ".join("?" for _ in names)
        connection.execute(f"insert into {table} ({', '.join(names)}) values ({marks})", [*values.values(), 1])

    def sometimes(share: float) -> bool:
        return by_chance.random() < share

    put("sources", id="s", title="S", fictitious=int(sometimes(0.3)))
    for mission in MISSIONS:
        put("missions", id=mission, name_fr=mission, name_en=mission, core=int(mission != "complementary"))
    put("scales", id="s", name="S", minimum=1, maximum=4)
    put("funders", id="etat", name="État", kind="state")
    put("funders", id="ville", name="Ville", kind="commune")
    departments = by_chance.sample(DEPARTMENTS, by_chance.choice((0, 1, 2, 5, len(DEPARTMENTS))))
    counted = by_chance.choice((0, 0.5, 1, 1, 1))
    for code, name, region, region_name in departments:
        put("departments", code=code, name=name, region_code=region, region_name=region_name)
        if sometimes(counted):
            values = {"geography": "2024", "quality": "minimum" if sometimes(0.1) else "exact", "source": "s"}
            number = by_chance.choice((0, 1, 1, 2, 7, 40, 20000))
            put("territory_counts", department=code, measure="neighbourhoods", value=number, **values)
    centres = [f"c{number}" for number in range(by_chance.choice((0, 1, 1, 2, 3, 6)))]
    shares = {name: by_chance.choice((0, 0.4, 1)) for name in ("served", "money", "rated", "work", "agreed")}
    steady = sometimes(0.3)  # nothing changes from one year to the next
    for centre in centres:
        opened = by_chance.choice((None, "1993", "2019-05-01", "2018-03"))
        put("centres", id=centre, name=centre, short_name=f"Centre {centre}", co_funded=1, opened=opened,
            legal_form=by_chance.choice(("association", "gip", "unknown")))  # fmt: skip
        for code, *_ in departments:
            if sometimes(shares["served"] / len(centres)):
                sure = by_chance.choice(("high", "medium", "low"))
                put("perimeters", centre=centre, department=code, confidence=sure, source="s")
        amount = by_chance.choice((0, 100, 123456, 5_000_000_00))
        half_days = by_chance.choice((0, 1, 2.5, 1200))
        for year in (2023, 2024, 2025):
            if not steady:
                amount = max(0, amount + by_chance.choice((0, 1, 10_000, -10_000)))
                half_days = max(0, half_days + by_chance.choice((0, 1, 20, -20)))
            if sometimes(shares["money"]):
                put("funding", centre=centre, funder="etat", year=year, scheme="P147", stage="granted",
                    amount_cents=amount, source="s")  # fmt: skip
            if sometimes(shares["money"] / 3):
                put("funding", centre=centre, funder="ville", year=year, stage="granted", amount_cents=5000, source="s")
            if sometimes(shares["work"]):
                known = half_days if sometimes(0.9) else None
                put("activities", centre=centre, mission="skills", year=year, type="training", half_days=known,
                    source="s")  # fmt: skip
            for mission in MISSIONS[:3]:
                if sometimes(shares["rated"]):
                    rating = str(by_chance.randint(1, 4)) if sometimes(0.9) else None
                    put("evaluations", centre=centre, mission=mission, year=year, kind="joint", rating=rating,
                        scale="s" if rating else None, evaluated_on=f"{year + 1}-04-01", source="s")  # fmt: skip
        if sometimes(shares["agreed"]):
            start = by_chance.choice((2022, 2024, 2025))
            put("agreements", centre=centre, funder="etat", title="A", starts_on=f"{start}-01-01",
                ends_on=f"{start + by_chance.choice((1, 2, 4))}-12-31", source="s")  # fmt: skip
    connection.commit()
    return connection


# --- What is read out of a sentence ---


def numbers(text: str, tongue: str) -> list[float]:
    """The numbers of a text, in their order; dates, codes and names are taken out of it before."""
    months = "|".join(language._MONTHS[tongue].split())
    text = re.sub(rf"\d+(?:er)? (?:{months}) \d{{4}}", "", text)
    text = re.sub(r"\((?:\d[\dAB]\d?(?:, )?)+\)|Centre c\d|programme 147", "", text)
    if tongue == "en":
        found = re.findall(r"\d[\d,]*\d(?:\.\d+)?|\d(?:\.\d+)?", text)
        return [float(one.replace(",", "")) for one in found]
    found = re.findall(r"\d[\d\u202f]*(?:,\d+)?", text)
    return [float(one.replace("\u202f", "").replace(",", ".")) for one in found]


def percents(share: float) -> float:
    """A share as a sentence says it."""
    return round(abs(share) * 100, exact(abs(share)).digits)


def section(dossier: Dossier, name: str) -> list[dict[str, Any]]:
    return next(one.records() for one in dossier.sections if one.name == name)


def texts(dossier: Dossier, tongue: str) -> Iterator[str]:
    assert dossier.headline is not None
    yield dossier.headline.text(tongue)
    for figure in dossier.key_figures:
        yield from (sentence.text(tongue) for sentence in figure.beside)
    yield from (part.finding.text(tongue) for part in dossier.parts if part.finding is not None)


NOUNS = {
    "en": "centre neighbourhood department rating evaluation mission agreement change point participant region",
    "fr": "centre quartier département note évaluation mission convention changement point participant région",
}
WRONG = {
    "en": r"\b(de|des|les|est|sont)\b",
    "fr": r"\b([Dd]e|à) les?\b|\b[DdLl]e [AEIOUÉÎaeiouéî]|\b[Qq]ue [aeiouAEIOU]|\b(the|of|and|are|is|has|have|not)\b",
}


def assert_grammatical(text: str, tongue: str) -> None:
    assert re.match(r"[A-ZÀÉÎ€\d]", text), text
    assert text.endswith(".") and not text.endswith(".."), text
    assert not re.search(r"[{}]|  | \.|\.\.|\bNone\b(?! (is|of|ends))|\(\)|,;|; ?;", text), text
    for noun in NOUNS[tongue].split():
        assert not re.search(rf"(?<![\d,.\u202f])1 (\w+ )?{noun}s\b", re.sub("of the|of|des", "#", text)), text
        assert not re.search(rf"(?<![\d,.\u202f])([2-9]|\d\d+) {noun}\b", text), text
    unnamed = re.sub(r"Val-d'Oise|Île-de-France|Haut[\w-]+|Centre c\d|La Réunion", "", text)
    assert not re.search(WRONG[tongue], unnamed), text
    assert not re.search(r"(?<![\d,.])(0[.,]0|100[.,]0)[\u202f ]?%", text), text  # all and none are said in words
    if tongue == "fr":
        assert not re.search(r"[^\u202f][;%]|[^\u00a0]:", text), text


# --- The sentences ---


def told(dossier: Dossier) -> dict[str, Any]:
    return {part.name: part.finding for part in dossier.parts}


def said_of_network(dossier: Dossier) -> Iterator[tuple[str, Any, list[float]]]:
    """What each sentence has to say: its name, the sentence, and the numbers that the rows of the sections have."""
    figures = {row["figure"]: row for row in section(dossier, "figures")}
    covered = figures["coverage-neighbourhoods"]
    centres = figures["centres"]["value"]
    without = [row for row in section(dossier, "map") if row["value"] and not row["centres"]]
    finding = told(dossier)
    share = percents(covered["share"]) if covered["share"] else 0
    expected: list[float] = []
    if centres:
        expected = [centres]
        if covered["total"] and 0 < covered["value"] < covered["total"]:
            expected += [covered["value"], covered["total"], share, covered["total"] - covered["value"], len(without)]
        elif covered["total"] and (not covered["value"] or covered["total"] > 2):
            expected += [covered["total"]]
    yield "headline", dossier.headline, expected

    expected = []
    if covered["total"] and 0 < covered["value"] < covered["total"]:
        expected = [share]
    elif covered["total"] and (not covered["value"] or covered["total"] > 2):
        expected = [covered["total"]]
    yield "coverage", finding["coverage"], expected

    money, support = section(dossier, "funding"), figures["state-support"]
    known = [row for row in money if row["state_p147"] is not None]
    assert (support["value"] is None) == (not known)
    if money:
        expected = [float(support["year"])]
        if known:
            assert round(support["value"] * 100) == sum(row["state_p147"] for row in known)
            expected += [support["value"], *of(len(known), len(money))]
            both = section(dossier, "support_change")
            before = sum(row["before"] for row in both)
            if before:
                change = sum(row["state_change"] for row in both)
                assert figures["state-support-change"]["value"] == round(change / before, 6)
                expected += compared(round(change / before, 6), support["year"], len(both))
        yield "money", finding["money"], expected

    rated, total = figures["missions-evaluated"], figures["missions-evaluated"]["total"]
    if total:
        by_mission = section(dossier, "evaluations")
        expected = []
        if rated["value"] is not None:
            expected = [total] if rated["value"] in {0, total} else [rated["value"], total]
            counts = [sum(row[name] for row in by_mission) for name in ("improving", "slipping", "stable", "overdue")]
            assert figures["missions-improving"]["value"] == counts[0]
            expected += [count for count in counts if count]
        yield "missions", finding["missions"], expected

    done, work = figures["half-days"], section(dossier, "activity_centre")
    expected = []
    if done["value"] is not None:
        assert done["value"] == sum(row["half_days"] or 0 for row in work)
        expected = [*of(sum(row["reported"] for row in work), len(work)), done["value"], done["year"]]
        both = [row for row in work if row["half_days_change"] is not None]
        before = sum(row["half_days"] - row["half_days_change"] for row in both)
        if before:
            change = round(sum(row["half_days_change"] for row in both) / before, 6)
            expected += compared(change, done["year"], len(both))
    if finding["activity"] is not None:
        yield "activity", finding["activity"], expected

    running = figures["agreements-running"]["value"]
    expected = []
    if running is not None:
        ending, ended = (figures[f"agreements-{name}"]["value"] for name in ("ending", "ended-without-successor"))
        expected = [count for count in (running, ending, ended) if count]
    yield "together", finding["together"], expected


def of(part: int, whole: int) -> list[float]:
    """The numbers of "3 of the 5 centres", "all 5 centres", "both centres", "the only centre"."""
    return [part, whole] if part != whole else [whole] if whole > 2 else []


def compared(change: float, year: int, count: int) -> list[float]:
    """The numbers of "down 4.9% on 2024 for the 19 centres"."""
    return [*([percents(change)] if change else []), year - 1, *([count] if count > 2 else [])]


@pytest.mark.parametrize("batch", range(BATCHES))
def test_each_sentence_says_what_the_sections_say(empty_path: Path, batch: int) -> None:
    for seed in range(batch, REGISTRIES, BATCHES):
        connection = chance_registry(empty_path, seed)
        dossier = network(connection, TODAY)
        for tongue in language.LANGUAGES:
            for text in texts(dossier, tongue):
                assert_grammatical(text, tongue)
            for name, sentence, expected in said_of_network(dossier):
                text = sentence.text(tongue)
                found = numbers(text, tongue)
                if name == "missions" or tongue == "fr":  # another order says the same
                    assert sorted(found) == pytest.approx(sorted(expected)), (seed, text)
                else:
                    assert found == pytest.approx(expected), (seed, name, text)
        assert_key_figures(dossier)
        centres = [row["centre"] for row in section(dossier, "coverage")]
        if centres:
            assert_sheet(centre_sheet(connection, centres[0], TODAY), seed)
        connection.close()


def assert_key_figures(dossier: Dossier) -> None:
    """A figure set large is that of its row; it is unknown where the row is."""
    assert 4 <= len(dossier.key_figures) <= 6
    rows = {row["figure"]: row for row in section(dossier, "figures")}
    for figure in dossier.key_figures:
        row = rows[figure.name]
        assert (figure.share, figure.fictitious) == (row["share"], bool(row["fictitious"]))
        value = row["share"] if figure.name == "coverage-neighbourhoods" else row["value"]
        assert (figure.shown is None) == (value is None)
        if figure.shown is not None:
            shown = numbers(figure.shown.text("en"), "en")[0]
            assert shown == pytest.approx(percents(value) if figure.name.startswith("coverage") else value)


def assert_sheet(sheet: Dossier, seed: int) -> None:
    """The sentences of a centre: what its rows say, and nothing of what they do not."""
    served = section(sheet, "perimeter")
    held = [row["neighbourhoods"] for row in served if row["neighbourhoods"] is not None]
    support = [row for row in section(sheet, "funding_years") if row["state_p147"] is not None]
    work = [row for row in section(sheet, "activity") if row["half_days"] is not None]
    assert sheet.headline is not None
    for tongue in language.LANGUAGES:
        for text in texts(sheet, tongue):
            assert_grammatical(text, tongue)
        years = re.sub(r"\((?:association|GIP|open|ouverture)[^)]*\)", "", sheet.headline.text(tongue))
        # Where they are few, departments are named with their codes.
        found = numbers(re.sub(r"\([^()]*, \d\w+\)", "", years), tongue)
        expected = [*([sum(held)] if held else []), *([len(served)] if served else [])]
        assert found == pytest.approx(expected), (seed, years)
        for name, rows, value, change in (
            ("money", support, "state_p147", "state_change_share"),
            ("activity", work, "half_days", "half_days_change_share"),
        ):
            text = told(sheet)[name].text(tongue)
            found = numbers(text, tongue)
            if not rows:
                assert found == [], (seed, text)
                continue
            row = rows[0]
            amount = row[value] / (100 if name == "money" else 1)
            expected = [
                row["year"],
                amount,
                *(compared(row[change], row["year"], 0) if row[change] is not None else []),
            ]
            expected += [percents(row["state_share"])] if row.get("state_share") else []
            assert found == pytest.approx(expected), (seed, text)
    assert 4 <= len(sheet.key_figures) <= 6


def _names(dossier: Dossier) -> Sequence[str]:
    return [name for part in dossier.parts for name in part.sections]


@pytest.mark.parametrize("compare_to", [None, "2024-12-31"])
def test_each_section_is_in_one_part(demo: sqlite3.Connection, compare_to: str | None) -> None:
    for dossier in (network(demo, TODAY, compare_to=compare_to), centre_sheet(demo, "labo-cites", TODAY)):
        assert sorted(_names(dossier)) == sorted(one.name for one in dossier.sections)
