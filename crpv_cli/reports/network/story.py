"""What the report of the network says before its tables: one sentence, a few figures set large, and its questions.

Every sentence is made of figures that a section of the dossier holds, and says nothing that they do not: what is not
known is said to be so, or not spoken of, and a change is one of the same centres.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crpv_cli.definitions.articles import named, region_named
from crpv_cli.language import N_, Day, Euros, Message, Named, msg, msgs
from crpv_cli.registry.queries import months_after
from crpv_cli.reports.network.figures import Parts
from crpv_cli.reports.published import computed_words, quoted
from crpv_cli.reports.sentences import (
    are_without,
    clauses,
    exact,
    moved,
    numbered,
    of_both_years,
    overdue,
    rise,
    rules_find,
    to_centres,
)
from crpv_cli.result import KeyFigure, Part, Result

# Which sections answer which question; a section that is not there is passed over.
_PARTS: tuple[tuple[str, str, tuple[str, ...], bool], ...] = (
    ("changes", N_("Changes"), ("changes",), False),
    ("coverage", N_("Coverage"), ("map", "regions", "coverage"), False),
    ("money", N_("Money"), ("support_change", "funding_years", "funding", "budgets"), False),
    ("missions", N_("Missions"), ("missions", "evaluations"), False),
    ("activity", N_("Activity"), ("activity_mission", "activity_theme", "activity_mode", "activity_centre"), False),
    ("together", N_("Agreements, meetings and projects"), ("agreements", "meetings", "projects"), False),
    ("missing", N_("Gaps and findings"), ("missing", "findings"), False),
    ("annex", N_("Annex"), ("figures", "sources"), True),
)
_NAMED_AT_MOST = 6


class Story:
    """The sentences of one report, made from the reports that its sections show."""

    def __init__(self, as_of: str, parts: Parts, sections: Sequence[Result]) -> None:
        self.as_of = as_of
        self.parts = parts
        self.sections = {section.name: section for section in sections}
        self.figures = {record["figure"]: record for record in self.sections["figures"].records()}
        self.territory = _Territory(parts, self.sections)

    def headline(self) -> Message:
        """The state of the network in one sentence: how many centres cover how much, and what they do not."""
        date, centres = Day(self.as_of, full=True), len(self.parts.centres.rows)
        covered, total = self.territory.covered, self.territory.total
        if not centres:
            return msg("On {date}, no resource centre is known to be open.", date=date)
        if total is None or covered is None:
            return msgs(
                "On {date}, {count} resource centre is open; how many priority neighbourhoods it covers is not known.",
                "On {date}, {count} resource centres are open; how many priority neighbourhoods they cover is not "
                "known.",
                centres,
                date=date,
            )
        return clauses(
            [
                msgs(
                    "On {date}, {count} resource centre covers {neighbourhoods}",
                    "On {date}, {count} resource centres cover {neighbourhoods}",
                    centres,
                    date=date,
                    neighbourhoods=self.territory.words(),
                ),
                *self.territory.rest(),
            ]
        )

    def key_figures(self) -> Iterator[KeyFigure]:
        """Yield the figures that are set large, each with what it has to be read with."""
        yield self._figure("centres", N_("resource centres"), self._centres())
        yield self._figure(
            "coverage-neighbourhoods", N_("of priority neighbourhoods have a centre"), self.territory.beside(self)
        )
        yield self._figure("state-support", N_("granted by programme 147 in {year}"), self._support())
        yield self._figure("missions-evaluated", N_("core missions evaluated"), self._ratings())
        yield self._figure("half-days", N_("half-days of activity in {year}"), self._half_days())
        if self.figures["agreements-running"]["value"] is not None:
            yield self._figure("agreements-running", N_("agreements running"), self._agreements())

    def findings(self) -> Mapping[str, Message | None]:
        """What the figures of each part say, by the name of the part."""
        return {
            "changes": self._changed(),
            "coverage": self.territory.finding(self.as_of),
            "money": self._money(),
            "missions": self._missions(),
            "activity": self._activity(),
            "together": self._together(),
            "missing": self._missing(),
        }

    def told(self) -> Iterator[Part]:
        """Yield the questions that the sections answer, each opened by what they say."""
        findings = self.findings()
        for name, title, names, annex in _PARTS:
            held = tuple(one for one in names if one in self.sections)
            if held:
                yield Part(name, msg(title), findings.get(name), held, annex)

    def _figure(self, name: str, label: str, beside: Iterator[Message]) -> KeyFigure:
        record = self.figures[name]
        value, share = record["value"], record["share"]
        year = {"year": str(record["year"])} if record["year"] else {}
        if name == "coverage-neighbourhoods":
            shown = None if share is None else msg("{share}", share=exact(share))
        elif record["unit"] == "euro":
            shown = None if value is None else msg("{amount}", amount=Euros(round(value * 100)))
        elif name == "missions-evaluated" and value is not None:
            shown = msg("{value} of {total}", value=value, total=record["total"])
        else:
            shown = None if value is None else msg("{value}", value=value)
        if "{year}" in label and not year:
            label = N_("half-days of activity")
        return KeyFigure(
            name,
            msg(label, **year),
            shown,
            share=share,
            beside=tuple(beside),
            fictitious=bool(record["fictitious"]),
        )

    def published(self, name: str) -> Iterator[Message]:
        """Quote what was published of a measure, beside what is computed of its own date."""
        found = self.parts.published.get(name)
        if found is None:
            return
        said: dict[str, object] = {"date": Day(found["as_of"], full=True), "value": quoted(found)}
        computed = computed_words(found)
        yield (
            msg("Figure published for {date}: {value}.", **said)
            if computed is None
            else msg("Figure published for {date}: {value}; computed: {computed}.", computed=computed, **said)
        )

    def _centres(self) -> Iterator[Message]:
        centres, overseas = len(self.parts.centres.rows), self.parts.overseas
        if centres and overseas == centres:
            yield msg("All of them are overseas.")
        elif overseas:
            yield msgs("{count} of them is overseas.", "{count} of them are overseas.", overseas)
        yield from self.published("centres")

    # --- Money ---

    def _support(self) -> Iterator[Message]:
        totals = self.parts.funding.totals
        known, centres = totals["state_p147_known"], totals["centres"]
        if not known:
            yield msg("Not known of any centre.")
        else:
            yield _known_for(known, centres)
            yield from (
                msg("{clause}.", clause=clause) for clause in self._support_change(N_("That is {compared} {who}"))
            )
        if totals["local_known"]:
            yield msg(
                "Local support known: {amount}, {known}.",
                amount=Euros(round(totals["local"] * 100)),
                known=to_centres(totals["local_known"], centres),
            )

    def _support_change(self, template: str) -> Iterator[Message]:
        totals, year = self.parts.funding.totals, self.parts.funding.parameters["to"]
        change = totals["state_change_share"]
        if change is not None:
            yield msg(template, compared=rise(change, year - 1), who=of_both_years(totals["state_change_centres"]))

    def _money(self) -> Message | None:
        totals, year = self.parts.funding.totals, self.parts.funding.parameters["to"]
        if not totals["centres"]:
            return None
        if not totals["state_p147_known"]:
            return msg("What programme 147 granted in {year} is not known of any centre.", year=str(year))
        granted = msg(
            "In {year}, programme 147 granted {amount} {centres}",
            year=str(year),
            amount=Euros(round(totals["state_p147"] * 100)),
            centres=to_centres(totals["state_p147_known"], totals["centres"]),
        )
        return clauses([granted, *self._support_change(N_("that is {compared} {who}"))])

    # --- Missions ---

    def _ratings(self) -> Iterator[Message]:
        totals = self.parts.evaluations.totals
        if totals["evaluated"] is None:
            yield msg("No evaluation is known.")
            return
        yield from (msg("{clause}.", clause=clause) for clause in moved(totals))
        if totals["overdue"] is not None:
            yield msg("{clause}.", clause=overdue(totals["overdue"], start=True))

    def _missions(self) -> Message | None:
        totals = self.parts.evaluations.totals
        evaluated, expected = totals["evaluated"], totals["expected"]
        if not expected:
            return None
        if evaluated is None:
            return msg("No evaluation of the core missions is known.")
        if evaluated == 0:
            said = msg("None of the {expected} core missions is evaluated", expected=expected)
        elif evaluated == expected:
            said = msg("All {expected} core missions are evaluated", expected=expected)
        else:
            said = msgs(
                "{count} of the {expected} core missions is evaluated",
                "{count} of the {expected} core missions are evaluated",
                evaluated,
                expected=expected,
            )
        late = [] if totals["overdue"] is None else [overdue(totals["overdue"])]
        return clauses([said, *moved(totals), *late])

    # --- Activity ---

    def _half_days(self) -> Iterator[Message]:
        totals = self.parts.activity.totals
        if totals["half_days"] is not None:
            if self._at_least():
                yield msg("At least: not every activity is counted in half-days.")
            yield _reported_by(totals["reported"], totals["centres"])
            yield from (msg("{clause}.", clause=clause) for clause in self._work_change(N_("That is {compared} {who}")))
        else:
            yield msg("None is known.")
        yield from self.published("half_days")

    def _at_least(self) -> bool:
        return any(note.code == "half-days-unknown" for note in self.parts.activity.notes)

    def _work_change(self, template: str) -> Iterator[Message]:
        totals, year = self.parts.activity.totals, self.parts.activity.parameters["year"]
        change = totals["half_days_change_share"]
        if change is not None:
            yield msg(template, compared=rise(change, year - 1), who=of_both_years(totals["half_days_change_centres"]))

    def _activity(self) -> Message | None:
        totals, year = self.parts.activity.totals, self.parts.activity.parameters["year"]
        half_days, reported, centres = (totals[name] for name in ("half_days", "reported", "centres"))
        if half_days is None:
            return msg("How much the centres did is not known.") if centres or year is None else None
        template = (
            N_("{who} reported at least {half_days} half-days of activity in {year}")
            if self._at_least()
            else N_("{who} reported {half_days} half-days of activity in {year}")
        )
        said = msg(template, who=_who(reported, centres), half_days=half_days, year=str(year))
        return clauses([said, *self._work_change(N_("that is {compared} {who}"))])

    # --- Agreements, what is missing, what changed ---

    def _agreement_clauses(self, alone: bool = False) -> Iterator[Message]:
        totals = self.parts.agreements.totals
        until = Day(months_after(self.as_of, self.parts.agreements.parameters["within"]), full=True)
        ending, ended = totals["ending"], totals["ended_without_successor"]
        if ending:
            yield msgs("{count} ends by {date}", "{count} end by {date}", ending, date=until)
        elif totals["running"]:
            yield msg(N_("None ends by {date}") if alone else N_("none ends by {date}"), date=until)
        if ended:
            yield msgs("{count} has ended without a successor", "{count} have ended without a successor", ended)

    def _agreements(self) -> Iterator[Message]:
        for clause in self._agreement_clauses(alone=True):
            yield msg("{clause}.", clause=clause)

    def _together(self) -> Message | None:
        running = self.parts.agreements.totals["running"]
        if running is None:
            return msg("No multi-annual agreement is known.")
        said = (
            msgs("{count} multi-annual agreement is running", "{count} multi-annual agreements are running", running)
            if running
            else msg("No multi-annual agreement is running")
        )
        return clauses([said, *self._agreement_clauses()])

    def _missing(self) -> Message | None:
        if self.parts.findings is None:
            return None
        totals = self.parts.findings.totals
        return rules_find(totals["breach"], totals["unknown"], totals["notice"])

    def _changed(self) -> Message | None:
        section = self.sections.get("changes")
        if section is None:
            return None
        since = Day(section.parameters["from"], full=True)
        count = len(section.rows)
        if not count:
            return msg("No change since {date} is known.", date=since)
        return msgs("{count} change since {date} is known.", "{count} changes since {date} are known.", count,
                    date=since)  # fmt: skip


class _Territory:
    """What is covered of the neighbourhoods, and where they are that are not."""

    def __init__(self, parts: Parts, sections: Mapping[str, Result]) -> None:
        self.totals = parts.coverage["neighbourhoods"].totals
        self.notes = {note.code: note for note in parts.coverage["neighbourhoods"].notes}
        self.total: int | None = self.totals["total"] or None
        self.covered: int | None = self.totals["covered"] if self.total else None
        self.share: float | None = self.totals["share"]
        self.map = sections["map"].records()
        self.regions = sections["regions"].records()

    @property
    def in_part(self) -> bool:
        """Whether something is left out of the total, or only a minimum of it is known."""
        return not {"unknown-counts", "at-least"}.isdisjoint(self.notes)

    def words(self) -> Message:
        """Which neighbourhoods are covered, as the object of a verb."""
        assert self.total is not None
        if self.covered == self.total:
            return (
                numbered(
                    self.total,
                    N_("the only priority neighbourhood known"),
                    N_("both priority neighbourhoods known"),
                    N_("all {count} priority neighbourhoods known"),
                )
                if self.in_part
                else numbered(
                    self.total,
                    N_("the only priority neighbourhood"),
                    N_("both priority neighbourhoods"),
                    N_("all {count} priority neighbourhoods"),
                )
            )
        template = (
            N_("{covered} of the {total} priority neighbourhoods known ({share})")
            if self.in_part
            else N_("{covered} of the {total} priority neighbourhoods ({share})")
        )
        if not self.covered:
            template = (
                N_("none of the {total} priority neighbourhoods known")
                if self.in_part
                else N_("none of the {total} priority neighbourhoods")
            )
        return msg(template, covered=self.covered, total=self.total, share=exact(self.share or 0))

    @property
    def without(self) -> list[dict[str, Any]]:
        """The departments that hold neighbourhoods and that no centre serves."""
        return [row for row in self.map if row["value"] and not row["centres"]]

    def rest(self) -> Iterator[Message]:
        """Say how many neighbourhoods are not covered, where some are and others are."""
        if not self.covered or self.total is None or self.covered == self.total:
            return
        departments = msgs("in {count} department", "in {count} departments", len(self.without))
        yield msgs(
            "{count} neighbourhood {where} has none",
            "{count} neighbourhoods {where} have none",
            self.total - self.covered,
            where=departments,
        )

    def places(self) -> list[tuple[Named, str]]:
        """The places without a centre: a region where none of its departments has one, and else the department."""
        found: list[tuple[Named, str]] = []
        wanted = {row["department"]: row for row in self.without}
        for region in self.regions:
            codes = [code for code in region["uncovered_departments"] if code in wanted]
            members = [row for row in self.map if row["region_name"] == region["region_name"]]
            if len(codes) > 1 and len(codes) == len(members):
                found.append((region_named(region["region_code"], region["region_name"]), ", ".join(codes)))
            else:
                found += [(named(code, wanted[code]["name"]), code) for code in codes]
        return found

    def finding(self, as_of: str) -> Message | None:
        """What the figures of coverage say."""
        if self.total is None or self.share is None:
            return msg("How many priority neighbourhoods have a centre on {date} is not known.",
                       date=Day(as_of, full=True))  # fmt: skip
        if self.covered == self.total:
            return numbered(
                self.total,
                N_("The only priority neighbourhood known has a centre."),
                N_("Both priority neighbourhoods known have a centre."),
                N_("All {count} priority neighbourhoods known have a centre."),
            )
        if not self.covered:
            return msg("None of the {total} priority neighbourhoods known has a centre.", total=self.total)
        said = msg("{share} of priority neighbourhoods have a centre", share=exact(self.share))
        places = self.places()
        if len(places) <= _NAMED_AT_MOST:
            return clauses([said, are_without(places)])
        return clauses([said, msgs("none has one in {count} department", "none has one in {count} departments",
                                   len(self.without))])  # fmt: skip

    def beside(self, story: Story) -> Iterator[Message]:
        """What the share has to be read with: of how many it is, what is not sure, what was published."""
        if self.total is not None:
            yield msg("{covered} of {total}.", covered=self.covered, total=self.total)
            low = (self.covered or 0) - self.totals["confidence"]["medium"]["covered"]
            if low:
                yield msgs(
                    "{count} of them by a perimeter still to be confirmed.",
                    "{count} of them by perimeters still to be confirmed.",
                    low,
                )
            if "unknown-counts" in self.notes:
                yield msg("Some departments are left out: their neighbourhoods are not known.")
        yield from story.published("coverage")


def _known_for(known: int, total: int) -> Message:
    """Of how many of the centres something is known."""
    if known == total:
        return numbered(
            total,
            N_("Known for the only centre."),
            N_("Known for both centres."),
            N_("Known for all {count} centres."),
        )
    return msg("Known for {known} of the {total} centres.", known=known, total=total)


def _reported_by(reported: int, total: int) -> Message:
    if reported == total:
        return numbered(
            total,
            N_("Reported by the only centre."),
            N_("Reported by both centres."),
            N_("Reported by all {count} centres."),
        )
    return msg("Reported by {known} of the {total} centres.", known=reported, total=total)


def _who(reported: int, total: int) -> Message:
    """Which of the centres, as the subject of a sentence; a verb in the past has no number in English."""
    if reported == total:
        return numbered(total, N_("The only centre"), N_("Both centres"), N_("All {count} centres"))
    return msgs("{count} of the {total} centres", "{count} of the {total} centres", reported, total=total)
