"""The figures of a year compared with those of another: in all, and by the same centres where others are known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from crpv_cli.language import Message, msgs
from crpv_cli.reports.changes.difference import Change
from crpv_cli.result import Result, Value


@dataclass(frozen=True, slots=True)
class OfYear:
    """The figures of one year by centre, only of centres of which they are known; and the report they come from."""

    year: int
    by_centre: Mapping[str, int]
    report: Result
    fictitious: bool

    def only(self, centres: Iterable[str]) -> int:
        """What some centres add up to."""
        return sum(self.by_centre.get(centre, 0) for centre in centres)

    @property
    def sources(self) -> tuple[Value, ...]:
        """What the figures rest on."""
        return tuple(self.report.origin.sources) if self.report.origin else ()


def same(before: OfYear, after: OfYear) -> bool:
    """Whether the figures are of one year and the same: then there is nothing to compare."""
    return (before.year, before.by_centre) == (after.year, after.by_centre)


@dataclass(frozen=True, slots=True)
class Unit:
    """What the figures are: how one is shown with its year, with its number of centres too, and as a difference."""

    kind: str
    name: str
    shown: Callable[[int, int], Message]
    of_centres: Callable[[int, int, int], Message]
    signed: Callable[[int | None, int | None], Message | None]
    value: Callable[[int], float] = lambda figure: figure

    def change(
        self,
        what: Message,
        subject: str,
        before: OfYear,
        after: OfYear,
        centres: Iterable[str],
        centre: str | None = None,
        short_name: str | None = None,
        fictitious: bool | None = None,
    ) -> Change:
        """The change of what some centres add up to."""
        first, last = before.only(centres), after.only(centres)
        return Change(
            self.kind,
            what,
            centre,
            short_name,
            subject,
            self.shown(first, before.year),
            self.shown(last, after.year),
            self.signed(first, last),
            self.value(first),
            self.value(last),
            self.name,
            before.fictitious or after.fictitious if fictitious is None else fictitious,
            (*before.sources, *after.sources),
        )


def compared(unit: Unit, what: Message, subject: str, before: OfYear, after: OfYear) -> Iterable[Change]:
    """All that is known of both years; what is known of other centres is no change."""
    everybody, both = {*before.by_centre} | {*after.by_centre}, {*before.by_centre} & {*after.by_centre}
    whole = unit.change(what, subject, before, after, everybody)
    if both == everybody:
        yield whole
        return
    first, last = (unit.of_centres(year.only(everybody), year.year, len(year.by_centre)) for year in (before, after))
    yield replace(whole, before=first, after=last, change=None, comparable=False)
    if both:
        like = msgs("{what}, same centre", "{what}, same {count} centres", len(both), what=what)
        yield unit.change(like, f"{subject}-both", before, after, both)
