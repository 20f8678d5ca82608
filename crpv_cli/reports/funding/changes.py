"""What was granted in the latest closed year before each date: programme 147, local money, programme 147 by centre."""

from __future__ import annotations

from collections.abc import Iterable

from crpv_cli.language import N_, Euros, msg, msgs
from crpv_cli.registry.queries import read
from crpv_cli.reports.changes.difference import Change, State, signed_euros
from crpv_cli.reports.changes.years import OfYear, Unit, compared, same
from crpv_cli.reports.funding.report import funding

_GIVERS = {
    "state_p147": N_("Granted by the State, programme 147"),
    "local": N_("Granted by local authorities"),
}
"""What is compared, by the column of the report of funding."""
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
    """What programme 147 and local authorities granted, in all and to the same centres, the former by centre too."""
    for giver, label in _GIVERS.items():
        before, after = _money(first, giver), _money(last, giver)
        if before is None or after is None or same(before, after):
            continue
        subject = giver.removesuffix("_p147")
        yield from compared(_EUROS, msg(label), subject, before, after)
        if giver == "state_p147":
            yield from _by_centre(before, after)


def _by_centre(before: OfYear, after: OfYear) -> Iterable[Change]:
    fictitious = {
        record["centre"] for year in (before, after) for record in year.report.records() if record["fictitious"]
    }
    both = before.by_centre.keys() & after.by_centre.keys()
    for record in after.report.records():
        centre, name = record["centre"], record["short_name"]
        if centre in both and before.by_centre[centre] != after.by_centre[centre]:
            what = msg(_GIVERS["state_p147"])
            yield _EUROS.change(what, "state", before, after, [centre], centre, name, centre in fictitious)


def _money(state: State, giver: str) -> OfYear | None:
    """The money of the latest closed year of which any of this kind is known, in centimes; None if there is none."""
    given = f"{giver} is not null and year <= (select closed_year from moment)"
    latest = f"select max(year) from money_years where {given}"
    (year,) = read(state.connection, latest, state.as_of).fetchone()
    if year is None:
        return None
    report = funding(*state, year, year)
    records = [record for record in report.records() if record[giver] is not None]
    amounts = {record["centre"]: record[giver] for record in records}
    return OfYear(year, amounts, report, any(record["fictitious"] for record in records))
