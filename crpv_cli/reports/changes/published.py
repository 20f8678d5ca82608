"""What institutions published since, beside the figure before it and what is computed of its date."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crpv_cli.language import N_, Day, Message, msg
from crpv_cli.registry.queries import read
from crpv_cli.reports.changes.difference import Change, State, plain, points, signed_count, signed_euros
from crpv_cli.reports.published import computed_words, published_figures, quoted

_MEASURES = {
    "centres": N_("centres"),
    "overseas_centres": N_("overseas centres"),
    "coverage": N_("coverage"),
    "core_missions": N_("core missions"),
    "neighbourhoods": N_("neighbourhoods"),
    "contracts": N_("contracts"),
    "half_days": N_("half-days"),
    "half_days_share_education": N_("share of the half-days on education"),
    "half_days_share_social_link": N_("share of the half-days on social ties"),
    "half_days_share_vrl": N_("share of the half-days on the values of the Republic and secularism"),
    "actions": N_("actions"),
    "participants": N_("participants"),
    "publications": N_("publications"),
    "fte": N_("full-time equivalents"),
    "p147": N_("programme 147"),
}


def published_changes(first: State, last: State) -> Iterable[Change]:
    """The figures of a date after the first one and not after the last one, and those that were corrected since."""
    asked = "select distinct measure, as_of from known_figures order by as_of, measure"
    known = {tuple(row) for row in read(first.connection, asked, first.as_of)}
    for measure, as_of in read(last.connection, asked, last.as_of).fetchall():
        (now,) = published_figures(last.connection, (measure,), as_of)
        if corrected := (measure, as_of) in known:
            earlier = published_figures(first.connection, (measure,), as_of)
        else:
            earlier = published_figures(last.connection, (measure,), _day_before(as_of))
        if corrected and _said(earlier[0]) == _said(now):
            continue
        before = earlier[0] if earlier and earlier[0]["unit"] == now["unit"] else None
        yield Change(
            "published",
            msg(
                "Published: {measure}, {publisher}",
                measure=msg(_MEASURES.get(measure, measure)),
                publisher=now["publisher"] or now["source"] or "?",
            ),
            subject=measure,
            before=_shown(before) if before else None,
            after=_shown(now),
            change=_change(before["value"], now["value"], now["unit"]) if before else None,
            before_value=before["value"] if before else None,
            after_value=now["value"],
            unit=now["unit"],
            sources=(now["source"],),
        )


def _said(figure: dict[str, Any]) -> tuple[object, object]:
    return figure["value"], figure["unit"]


def _change(before: float, after: float, unit: str) -> Message | None:
    if unit == "percent":
        return points(before / 100, after / 100)
    return signed_euros(round(before * 100), round(after * 100)) if unit == "euro" else signed_count(before, after)


def _day_before(as_of: str) -> str:
    import datetime

    return (datetime.date.fromisoformat(as_of) - datetime.timedelta(days=1)).isoformat()


def _shown(figure: dict[str, Any]) -> Message:
    value = plain(quoted(figure) if figure["unit"] in {"percent", "euro"} else figure["value"])
    computed = computed_words(figure)
    if computed is None:
        return msg("{value} ({date})", value=value, date=Day(figure["as_of"]))
    return msg("{value} ({date}; computed: {computed})", value=value, date=Day(figure["as_of"]), computed=computed)
