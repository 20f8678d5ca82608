"""What the reader of a report of funding must know: of whom sums are, shares, changes, what is paid or not known."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence

from crpv_cli.definitions import choices
from crpv_cli.language import N_, Day, Euros, Message, Share, first_few, msg, msgs
from crpv_cli.registry.doubles import SameMoney, same_money
from crpv_cli.registry.queries import read
from crpv_cli.reports.funding.money import SUMS, Asked, CentreMoney, Money, euros, ratio
from crpv_cli.reports.wording import Names
from crpv_cli.result import Note, Value

# What a source leaves out, where its own rows would not show it.
_LIMITS = {
    "jaune-plf-2023": N_(
        "The State's figures for {years} come from a budget annex, which lists associations only: "
        "the support of public interest groups (GIP) is not known, which does not mean zero."
    ),
}
_NAMED_AT_MOST = 8
_STAGES = {choice.code: choice.label for choice in choices.STAGES}
_NOTHING = {
    "requested": N_("No funding requested is known for these years: not known, which is not 0."),
    "granted": N_("No funding granted is known for these years: not known, which is not 0."),
    "paid": N_("No funding paid is known for these years: not known, which is not 0."),
}
_SETS = {
    "state_p147": N_("programme 147: {known}"),
    "state_programmes": N_("other programmes of the State: {known}"),
    "state_posts": N_("posts: {known}"),
    "local": N_("local: {known}"),
    "other": N_("other: {known}"),
}
_LACKING = {"local": N_("local funding not known"), "other": N_("other funding not known")}


def funding_notes(
    connection: sqlite3.Connection,
    asked: Asked,
    centres: Sequence[CentreMoney],
    counted: Sequence[sqlite3.Row],
    stages: Sequence[sqlite3.Row],
    years: Mapping[int, sqlite3.Row],
    totals: Mapping[str, int | float | None],
) -> Iterable[Note]:
    """Yield the notes of a report.

    Args:
        connection: an open registry.
        asked: what the report is asked for.
        centres: its centres, each over all its years.
        counted: the rows that it adds up.
        stages: what is requested, granted and paid beside each other (rows of ``facts/paid.sql``).
        years: for each year, whether it compares with others (rows of ``facts/comparable_years.sql``).
        totals: its totals, in centimes.
    """
    if not counted:
        yield Note("no-funding", msg(_NOTHING[asked.stage]))
        yield from _one_stage_note(asked, centres, stages)
        return
    if asked.whole:
        yield from _set_note(centres, totals)
    yield from _comparable_notes(asked, centres, years)
    if asked.by in {"centre", "centre-year"}:
        yield from _share_notes(asked, centres, totals)
        yield from _spread_notes(totals)
    yield from _programme_notes(connection, asked, counted)
    yield from _paid_notes(asked, centres, stages)
    yield from _one_stage_note(asked, centres, stages)
    if asked.whole:
        yield from _unknown_notes(connection, asked, centres)
    for source, sentence in _LIMITS.items():
        of_source = sorted({row["year"] for row in counted if row["source"] == source})
        if of_source:
            yield Note("source-limit", msg(sentence, years=_spans(of_source)), {"source": source})
    if asked.by in {"centre", "centre-year"} and any(centre.now.of("state_p147") is not None for centre in centres):
        yield from _perimeter_note(asked)
    yield Note(
        "not-whole-budgets",
        msg("Only what the registry holds: what open data shows is not the centres' whole budgets."),
    )
    yield from _double_notes(connection, counted)


def _set_note(centres: Sequence[CentreMoney], totals: Mapping[str, int | float | None]) -> Iterator[Note]:
    """Say of how many centres each sum is."""
    if len(centres) == 1:
        return
    known = {name: int(totals[f"{name}_known"] or 0) for name in _SETS}
    yield Note(
        "known-of",
        msg(
            "Sums are of the centres of which money is known, of {total}: {sets}.",
            total=len(centres),
            sets=[msg(text, known=known[name]) for name, text in _SETS.items() if known[name]],
        ),
        {"centres": len(centres), "known": {name: totals[f"{name}_known"] for name in SUMS}},
    )


def _comparable_notes(asked: Asked, centres: Sequence[CentreMoney], years: Mapping[int, sqlite3.Row]) -> Iterator[Note]:
    """Say which years do not compare with the others, where a report is of several."""
    apart = [row for year, row in years.items() if asked.first <= year <= asked.last and not row["comparable"]]
    if asked.first == asked.last or not apart:
        return
    names = {centre.id: centre.short_name for centre in centres}
    yield Note(
        "not-comparable",
        msg(
            "Years that do not compare with the others, since centres known otherwise are not known in them: {years}.",
            years=[
                msg(
                    "{year} ({known}/{centres} centres)",
                    year=str(row["year"]),
                    known=row["known"],
                    centres=row["centres"],
                )
                for row in apart
            ],
        ),
        {
            "years": [
                {"year": row["year"], "missing": [c for c in (row["missing"] or "").split() if c in names]}
                for row in apart
            ]
        },
    )


def _share_notes(
    asked: Asked, centres: Sequence[CentreMoney], totals: Mapping[str, int | float | None]
) -> Iterator[Note]:
    share, change = totals["state_share"], totals["state_change_share"]
    if share is not None and len(centres) != 1:
        yield Note(
            "state-share",
            msgs(
                "Where all resources are known, the State gives {share} of them ({count} centre).",
                "Where all resources are known, the State gives {share} of them ({count} centres).",
                int(totals["state_share_centres"] or 0),
                share=Share(share),
            ),
        )
    at_most = [centre for centre in centres if asked.shares and centre.share_at_most is not None]
    if at_most:
        yield Note(
            "state-share-at-most",
            msg(
                "The State's share is only known where all resources are; of what is known, it is at most: {centres}.",
                centres=first_few([_at_most(centre) for centre in at_most], _NAMED_AT_MOST),
            ),
            {
                "centres": [
                    {"centre": one.id, "at_most": one.share_at_most, "missing": list(one.not_known)} for one in at_most
                ]
            },
        )
    if change is not None and len(centres) != 1 and asked.first == asked.last:
        yield Note(
            "state-change",
            msgs(
                "Programme 147, {stage}, compared with {year} where both years are known: {change} ({count} centre).",
                "Programme 147, {stage}, compared with {year}, over the {count} centres known in both years: {change}.",
                int(totals["state_change_centres"] or 0),
                stage=msg(_STAGES[asked.stage]),
                year=str(asked.first - 1),
                change=Share(change, signed=True),
            ),
        )


def _at_most(centre: CentreMoney) -> Message:
    lacking = [msg(_LACKING[giver]) for giver in centre.not_known if giver in _LACKING]
    share = Share(centre.share_at_most or 0)
    if not lacking:
        return msg("{centre} {share} (budget not known)", centre=centre.short_name, share=share)
    return msg("{centre} {share} ({lacking})", centre=centre.short_name, share=share, lacking=lacking)


def _spread_notes(totals: Mapping[str, int | float | None]) -> Iterator[Note]:
    """Say how the subsidies of programme 147 are spread over the centres, where enough are known."""
    median = totals["state_p147_median"]
    if median is None:
        return
    yield Note(
        "spread",
        msg(
            "Programme 147: half of the {known} centres known are between {first} and {third}, the median is {median}; "
            "the three largest have {share} of the sum.",
            known=totals["state_p147_known"],
            first=Euros(int(totals["state_p147_quartile_1"] or 0)),
            third=Euros(int(totals["state_p147_quartile_3"] or 0)),
            median=Euros(int(median)),
            share=Share(totals["state_p147_three_largest_share"] or 0),
        ),
    )


def _programme_notes(connection: sqlite3.Connection, asked: Asked, counted: Sequence[sqlite3.Row]) -> Iterator[Note]:
    """Set what the centres have of programme 147 beside the figures published of the whole programme for the year."""
    if asked.nature is not None or asked.stage == "requested":
        return
    figures = read(
        connection,
        """
        select f.*, cast(substr(f.as_of, 1, 4) as integer) as year, coalesce(s.publisher, f.source) as publisher
        from known_figures as f left join sources as s on s.id = f.source
        where f.measure = 'p147' and f.unit = 'euro' and year between :first and :last
        order by f.as_of, f.id
        """,
        asked.as_of,
        first=asked.first,
        last=asked.last,
    )
    for figure in figures:
        support = Money(tuple(row for row in counted if row["year"] == figure["year"])).of("state_p147")
        whole = round(figure["value"] * 100)
        share = ratio(support, whole)
        if support is None or share is None:
            continue
        yield Note(
            "part-of-programme",
            msg(
                "{support} in {year} are {share} of programme 147, {whole} as published on {date} by {publisher} "
                "({what}).",
                support=Euros(support),
                year=str(figure["year"]),
                share=Share(share, digits=2),
                whole=Euros(whole),
                date=Day(figure["as_of"]),
                publisher=figure["publisher"] or "?",
                what=figure["note"] or figure["id"],
            ),
            {"id": figure["id"], "year": figure["year"], "share": share},
        )


def _payer(row: sqlite3.Row, names: Mapping[str, str]) -> Message:
    """Whose money a row of ``facts/paid.sql`` is: its centre, funder, programme and year."""
    if row["scheme"] is None:
        return msg(
            "{centre}, {funder}, {year}", centre=names[row["centre"]], funder=row["funder_name"], year=str(row["year"])
        )
    return msg(
        "{centre}, {funder}, {scheme}, {year}",
        centre=names[row["centre"]],
        funder=row["funder_name"],
        scheme=row["scheme"],
        year=str(row["year"]),
    )


def _paid_notes(asked: Asked, centres: Sequence[CentreMoney], stages: Sequence[sqlite3.Row]) -> Iterator[Note]:
    """Set what is paid beside what is granted, where both are known."""
    names = {centre.id: centre.short_name for centre in centres}
    both = [row for row in stages if row["left_cents"] is not None and row["centre"] in names]
    if asked.stage == "requested" or not both:
        return
    yield Note(
        "paid-of-granted",
        msg(
            "Paid: {paid} of {granted} granted, where both are known ({rows}).",
            paid=Euros(sum(row["paid"] for row in both)),
            granted=Euros(sum(row["granted"] for row in both)),
            rows=_semicolons(
                [
                    msg(
                        "{whose}: {paid} of {granted}",
                        whose=_payer(row, names),
                        paid=Euros(row["paid"]),
                        granted=Euros(row["granted"]),
                    )
                    for row in both
                ]
            ),
        ),
        {
            "rows": [
                {
                    **{name: row[name] for name in ("centre", "funder", "year", "scheme")},
                    **{name: euros(row[name]) for name in ("paid", "granted")},
                    "left": euros(row["left_cents"]),
                }
                for row in both
            ]
        },
    )


def _one_stage_note(asked: Asked, centres: Sequence[CentreMoney], stages: Sequence[sqlite3.Row]) -> Iterator[Note]:
    """List the money of which only another stage is known than the one asked for: no sum holds it."""
    names = {centre.id: centre.short_name for centre in centres}
    others = [
        (row, stage)
        for row in stages
        if row[asked.stage] is None and row["centre"] in names
        for stage in _STAGES
        if row[stage] is not None
    ]
    if not others:
        return
    yield Note(
        "other-stage-only",
        msg(
            "Not known as {stage}, and in no sum: {rows}.",
            stage=msg(_STAGES[asked.stage]),
            rows=_semicolons(
                [
                    msg(
                        "{whose}: {amount} {stage}",
                        whose=_payer(row, names),
                        amount=Euros(row[stage]),
                        stage=msg(_STAGES[stage]),
                    )
                    for row, stage in others
                ]
            ),
        ),
        {
            "rows": [
                {
                    **{name: row[name] for name in ("centre", "funder", "year", "scheme")},
                    "stage": stage,
                    "amount": euros(row[stage]),
                }
                for row, stage in others
            ]
        },
    )


def _semicolons(parts: Sequence[Message]) -> Message:
    """The first of some clauses that hold commas of their own."""
    few = parts[:_NAMED_AT_MOST]
    joined = few[0]
    for part in few[1:]:
        joined = msg("{first}; {second}", first=joined, second=part)
    return msg("{first}; {second}", first=joined, second="…") if len(parts) > len(few) else joined


def _unknown_notes(connection: sqlite3.Connection, asked: Asked, every: Sequence[CentreMoney]) -> Iterator[Note]:
    """Of whom what is not known; a centre that is exempt from shared funding is not expected to have any."""
    exempt = {row["id"] for row in read(connection, "select id from centres_on where not co_funded", asked.on)}
    centres = [centre for centre in every if centre.id not in exempt]
    unknown = [centre for centre in centres if centre.unknown_years]
    if unknown:
        named = [
            centre.short_name if asked.first == asked.last else f"{centre.short_name} ({_spans(centre.unknown_years)})"
            for centre in unknown
        ]
        yield Note(
            "state-support-unknown",
            msgs(
                "Support of programme 147 not known, and left out of all sums, for {count} centre: {centres}.",
                "Support of programme 147 not known, and left out of all sums, for {count} centres: {centres}.",
                len(unknown),
                centres=first_few(named, _NAMED_AT_MOST),
            ),
            {
                "centres": [
                    {"centre": centre.id, "years": [str(year) for year in centre.unknown_years]} for centre in unknown
                ]
            },
        )
    without = [centre.id for centre in centres if centre.now.of("local") is None]
    if without:
        yield Note(
            "no-local-funding-known",
            msgs(
                "No local funding known for {count} centre of {total}: that does not mean 0.",
                "No local funding known for {count} centres of {total}: that does not mean 0.",
                len(without),
                total=len(centres),
            ),
            {"centres": without},
        )


def _perimeter_note(asked: Asked) -> Iterator[Note]:
    yield Note(
        "constant-perimeter",
        msg(
            "Support per neighbourhood and inhabitant: perimeters and counts of {date}, for all years.",
            date=Day(asked.on),
        ),
        {"date": asked.on},
    )


def _double_notes(connection: sqlite3.Connection, counted: Sequence[sqlite3.Row]) -> Iterable[Note]:
    """Say which of the rows added up look like the same money reported by two sources."""
    pairs = counted_twice(connection, counted)
    if not pairs:
        return
    names = Names(connection)
    named = [
        msg(
            "{centre} {year} ({first}; {second})",
            centre=names.id("centres", pair.first["centre"]).words,
            year=str(pair.first["year"]),
            first=names.id("sources", pair.first["source"] or "?").words,
            second=names.id("sources", pair.second["source"] or "?").words,
        )
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


def counted_twice(connection: sqlite3.Connection, counted: Iterable[sqlite3.Row]) -> list[SameMoney]:
    """Return the pairs of rows that look like the same money and are both among those that a sum counts."""
    pairs = list(same_money(connection))
    if not pairs:
        return []
    added = {_key(row) for row in counted}
    return [pair for pair in pairs if {_key(pair.first), _key(pair.second)} <= added]


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
