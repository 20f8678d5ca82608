"""What the reader of a report of funding must know: shares, change, what is not known, what may be counted twice."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from crpv_cli.language import N_, Share, first_few, msg, msgs
from crpv_cli.registry.doubles import same_money
from crpv_cli.reports.funding.money import Asked, CentreMoney, euros
from crpv_cli.result import Note, Value

# What a source leaves out, where its own rows would not show it.
_LIMITS = {
    "jaune-plf-2023": N_(
        "The State's figures for {years} come from a budget annex, which lists associations only: "
        "the support of public interest groups (GIP) is not known, which does not mean zero."
    ),
}
_NAMED_AT_MOST = 8


def funding_notes(
    connection: sqlite3.Connection,
    asked: Asked,
    centres: Sequence[CentreMoney],
    counted: Sequence[sqlite3.Row],
    totals: Mapping[str, int | float | None],
) -> Iterable[Note]:
    """Yield the notes of a report: of its centres, the rows that it adds up, and its totals (in centimes)."""
    if not counted:
        yield Note("no-funding", msg("The registry holds no funding for these years: not known, which is not 0."))
        return
    yield from _share_notes(asked, totals)
    unknown = [centre for centre in centres if centre.state_unknown_years]
    if unknown:
        named = [
            centre.short_name
            if asked.first == asked.last
            else f"{centre.short_name} ({_spans(centre.state_unknown_years)})"
            for centre in unknown
        ]
        yield Note(
            "state-support-unknown",
            msgs(
                "State support not known, and left out of all sums, for {count} centre: {centres}.",
                "State support not known, and left out of all sums, for {count} centres: {centres}.",
                len(unknown),
                centres=first_few(named, _NAMED_AT_MOST),
            ),
            {
                "centres": [
                    {"centre": centre.id, "years": [str(year) for year in centre.state_unknown_years]}
                    for centre in unknown
                ]
            },
        )
    without = [centre.id for centre in centres if centre.now.local is None]
    if without:
        yield Note(
            "no-local-funding-known",
            msgs(
                "No local funding known for {count} centre of {total}: that does not mean 0, and the "
                "share is not known either.",
                "No local funding known for {count} centres of {total}: that does not mean 0, and "
                "the share is not known either.",
                len(without),
                total=len(centres),
            ),
            {"centres": without},
        )
    for source, sentence in _LIMITS.items():
        years = sorted({row["year"] for row in counted if row["source"] == source})
        if years:
            yield Note("source-limit", msg(sentence, years=_spans(years)), {"source": source})
    yield Note(
        "not-whole-budgets",
        msg("Only what the registry holds: what open data shows is not the centres' whole budgets."),
    )
    yield from _double_notes(connection, counted)


def _share_notes(asked: Asked, totals: Mapping[str, int | float | None]) -> Iterable[Note]:
    if asked.by != "centre":
        return
    share, change = totals["state_share"], totals["state_change_share"]
    if share is not None and totals["centres"] != 1:
        yield Note(
            "state-share",
            msgs(
                "Where both are known, the State gives {share} of State, local and other money ({count} centre).",
                "Where both are known, the State gives {share} of State, local and other money ({count} centres).",
                int(totals["state_share_centres"] or 0),
                share=Share(share),
            ),
        )
    if change is not None and totals["centres"] != 1 and asked.first == asked.last:
        yield Note(
            "state-change",
            msgs(
                "State support compared with {year}, where both years are known: {change} ({count} centre).",
                "State support compared with {year}, where both years are known: {change} ({count} centres).",
                int(totals["state_change_centres"] or 0),
                year=str(asked.first - 1),
                change=Share(change),
            ),
        )


def _double_notes(connection: sqlite3.Connection, counted: Sequence[sqlite3.Row]) -> Iterable[Note]:
    """Say which of the rows added up look like the same money reported by two sources."""
    added = {_key(row) for row in counted}
    pairs = [pair for pair in same_money(connection) if {_key(pair.first), _key(pair.second)} <= added]
    if not pairs:
        return
    named = [
        f"{pair.first['centre']} {pair.first['year']} ({pair.first['source']}, {pair.second['source']})"
        for pair in pairs
    ]
    yield Note(
        "same-money",
        msgs(
            "{count} pair of payments looks like the same money reported by two sources: a sum may "
            "count it twice. See: {pairs}.",
            "{count} pairs of payments look like the same money reported by two sources: sums may "
            "count them twice. See: {pairs}.",
            len(pairs),
            pairs=first_few(named, _NAMED_AT_MOST),
        ),
        {
            "pairs": [
                {
                    **{name: pair.first[name] for name in ("centre", "year", "scheme", "stage")},
                    "sources": [pair.first["source"], pair.second["source"]],
                    "amounts": [euros(pair.first["amount_cents"]), euros(pair.second["amount_cents"])],
                }
                for pair in pairs
            ]
        },
    )


_KEY = ("centre", "funder", "year", "scheme", "stage", "object", "reference", "locator", "source")


def _key(row: sqlite3.Row) -> tuple[Value, ...]:
    return tuple(row[name] for name in _KEY)


def _spans(years: Sequence[int]) -> str:
    """Years in a few characters: 2016–2018, 2021."""
    spans: list[list[int]] = []
    for year in years:
        if spans and spans[-1][-1] == year - 1:
            spans[-1].append(year)
        else:
            spans.append([year])
    return ", ".join(str(span[0]) if len(span) == 1 else f"{span[0]}–{span[-1]}" for span in spans)
