"""The money of the latest closed year before each date: the State's, local authorities', and the State's by centre."""

from __future__ import annotations

from collections.abc import Iterable

from crpv_cli.language import N_, Euros, msg, msgs
from crpv_cli.registry.queries import read
from crpv_cli.reports.changes.difference import Change, State, signed_euros
from crpv_cli.reports.changes.years import OfYear, Unit, compared, same
from crpv_cli.reports.funding.report import funding

_GIVERS = {"state": N_("Support of the State"), "local": N_("Support of local authorities")}
_EUROS = Unit(
    "funding",
    "euros",
    lambda amount, year: msg("{amount} in {year}", amount=Euros(amount), year=str(year)),
    lambda amount, year, count: msgs(
        "{amount} in {year} ({count} centre)",
        "{amount} in {year} ({count} centres)",
        count,
        amount=Euros(amount),
        year=str(year),
    ),
    signed_euros,
    lambda amount: amount / 100,
)


def funding_changes(first: State, last: State) -> Iterable[Change]:
    """What the State and local authorities gave, in all, by the same centres, and the State by centre."""
    for giver, label in _GIVERS.items():
        before, after = _money(first, giver), _money(last, giver)
        if before is None or after is None or same(before, after):
            continue
        yield from compared(_EUROS, msg(label), giver, before, after)
        if giver == "state":
            yield from _by_centre(before, after)


def _by_centre(before: OfYear, after: OfYear) -> Iterable[Change]:
    fictitious = {
        record["centre"] for year in (before, after) for record in year.report.records() if record["fictitious"]
    }
    both = before.by_centre.keys() & after.by_centre.keys()
    for record in after.report.records():
        centre, name = record["centre"], record["short_name"]
        if centre in both and before.by_centre[centre] != after.by_centre[centre]:
            what = msg(_GIVERS["state"])
            yield _EUROS.change(what, "state", before, after, [centre], centre, name, centre in fictitious)


def _money(state: State, giver: str) -> OfYear | None:
    """The money of the latest closed year of which any of this kind is known, in centimes; None if there is none."""
    latest = "select max(year) from money_asked where giver = :giver and year <= (select closed_year from moment)"
    (year,) = read(state.connection, latest, state.as_of, giver=giver).fetchone()
    if year is None:
        return None
    report = funding(*state, year, year)
    records = [record for record in report.records() if record[giver] is not None]
    amounts = {record["centre"]: record[giver] for record in records}
    return OfYear(year, amounts, report, any(record["fictitious"] for record in records))
