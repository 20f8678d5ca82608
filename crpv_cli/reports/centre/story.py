"""What the sheet of a centre says before its tables: one sentence, a few figures set large, and its questions.

Every sentence is made of rows that a section of the sheet holds; what is not known is said to be so, or not spoken of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from crpv_cli.definitions.choices import BUDGET_STATES, mission_label
from crpv_cli.language import N_, Day, Euros, Message, listed, msg, msgs
from crpv_cli.reports.sentences import clauses, exact, moved, overdue, rise, rules_find
from crpv_cli.result import KeyFigure, Part, Result

# Which sections answer which question; a section that is not there is passed over.
_PARTS: tuple[tuple[str, str, tuple[str, ...], bool], ...] = (
    ("territory", N_("Territory"), ("perimeter",), False),
    ("money", N_("Money"), ("funding_years", "budgets"), False),
    ("missions", N_("Missions"), ("missions", "recommendations"), False),
    ("activity", N_("Activity"), ("activity",), False),
    ("together", N_("Agreements and governance"), ("agreements", "governance", "projects", "meetings"), False),
    ("findings", N_("Gaps and findings"), ("findings",), False),
    ("annex", N_("Annex"), ("labels", "centre_states", "contacts", "funding", "sources"), True),
)
_NAMED_AT_MOST = 3
_RUNNING = {"running", "ending"}

Record = dict[str, Any]


class Story:
    """The sentences of the sheet of one centre.

    Args:
        as_of: ISO date.
        centre: its facts.
        is_open: whether it is open on the date.
        sections: those of the sheet.
    """

    def __init__(self, as_of: str, centre: Mapping[str, Any], is_open: bool, sections: Sequence[Result]) -> None:
        self.as_of = as_of
        self.centre = centre
        self.is_open = is_open
        self.sections = {section.name: section for section in sections}

    def rows(self, name: str) -> list[Record]:
        """The rows of a section."""
        return self.sections[name].records() if name in self.sections else []

    def headline(self) -> Message:
        """What the centre is and covers, in one sentence."""
        date, name = Day(self.as_of, full=True), self._called()
        if not self.is_open:
            return msg("On {date}, {centre} is not open.", date=date, centre=name)
        served = self.rows("perimeter")
        if not served:
            return msg("On {date}, {centre} is open; which departments it serves is not known.", date=date, centre=name)
        held = _sum(served, "neighbourhoods")
        where = _departments(served)
        if held is None:
            return msg(
                "On {date}, {centre} serves {departments}; how many priority neighbourhoods they hold is not known.",
                date=date,
                centre=name,
                departments=where,
            )
        said = {"date": date, "centre": name, "departments": where}
        if _in_part(served, "neighbourhoods"):
            return msgs(
                "On {date}, {centre} covers at least {count} priority neighbourhood in {departments}.",
                "On {date}, {centre} covers at least {count} priority neighbourhoods in {departments}.",
                held,
                **said,
            )
        return msgs(
            "On {date}, {centre} covers {count} priority neighbourhood in {departments}.",
            "On {date}, {centre} covers {count} priority neighbourhoods in {departments}.",
            held,
            **said,
        )

    def _called(self) -> Message:
        """Its name, and what it is and since when, where that is known."""
        form, opened = self.centre["legal_form"], self.centre["opened"]
        details: list[Message] = []
        if form == "association":
            details.append(msg(N_("association")))
        elif form == "gip":
            details.append(msg(N_("GIP")))
        if opened is not None and self.is_open:
            whole = len(opened) == len("2020-01-01")
            template = N_("open since {day}") if whole else N_("open since {date}")
            since = Day(opened, full=True)
            details.append(msg(template, **{"day" if whole else "date": since}))
        name = self.centre["short_name"]
        if not details:
            return Message("{text}", {"text": name})
        return Message("{name} ({details})", {"name": name, "details": details})

    def key_figures(self) -> Iterator[KeyFigure]:
        """Yield the figures that are set large, each with what it has to be read with."""
        yield self._territory()
        yield self._support()
        if self.rows("budgets"):
            yield self._budget()
        yield self._evaluated()
        yield self._half_days()
        if self._agreements:
            yield KeyFigure(
                "agreements",
                msg(N_("agreements running")),
                msg("{value}", value=self._running),
                beside=tuple(msg("{clause}.", clause=clause) for clause in self._agreement_clauses(alone=True)),
                fictitious=self.sections["agreements"].fictitious,
            )

    def told(self) -> Iterator[Part]:
        """Yield the questions that the sections answer, each opened by what they say."""
        findings = {
            "territory": self._serves(),
            "money": self._money(),
            "missions": self._missions(),
            "activity": self._activity(),
            "together": self._together(),
            "findings": self._findings(),
        }
        for name, title, names, annex in _PARTS:
            held = tuple(one for one in names if one in self.sections)
            if held:
                yield Part(name, msg(title), findings.get(name), held, annex)

    # --- Territory ---

    def _territory(self) -> KeyFigure:
        served = self.rows("perimeter")
        held, low = _sum(served, "neighbourhoods"), [row for row in served if row["confidence"] == "low"]
        beside = []
        if served:
            beside.append(msgs("In {count} department.", "In {count} departments.", len(served)))
        if low:
            beside.append(
                msgs(
                    "{count} department is still to be confirmed.",
                    "{count} departments are still to be confirmed.",
                    len(low),
                )
            )
        if held is not None and _in_part(served, "neighbourhoods"):
            beside.append(msg("At least: some departments are not counted."))
        return KeyFigure(
            "neighbourhoods",
            msg(N_("priority neighbourhoods in its perimeter")),
            None if held is None else msg("{value}", value=held),
            beside=tuple(beside),
            fictitious=self.sections["perimeter"].fictitious,
        )

    def _serves(self) -> Message | None:
        served = self.rows("perimeter")
        if not served:
            return msg("Which departments it serves is not known.") if self.is_open else None
        counts = [words for name in _HELD if (words := _held(name, _sum(served, name))) is not None]
        serves = msg("It serves {departments}", departments=_departments(served))
        if not counts:
            return clauses([serves])
        unknown = any(_in_part(served, name) for name in _HELD)
        template = N_("as far as known, they hold {counts}") if unknown else N_("they hold {counts}")
        if len(served) == 1:
            template = N_("as far as known, it holds {counts}") if unknown else N_("it holds {counts}")
        return clauses([serves, msg(template, counts=listed(counts))])

    # --- Money ---

    def _supported(self) -> Record | None:
        """The latest year whose support is known."""
        return next((row for row in self.rows("funding_years") if row["state_p147"] is not None), None)

    def _support(self) -> KeyFigure:
        year = self._supported()
        if year is None:
            return KeyFigure("state_p147", msg(N_("granted by programme 147")), None)
        beside = []
        if year["state_change_share"] is not None:
            beside.append(msg("That is {compared}.", compared=rise(year["state_change_share"], year["year"] - 1)))
        if year["state_per_neighbourhood"] is not None:
            beside.append(msg("{amount} per neighbourhood.", amount=Euros(year["state_per_neighbourhood"])))
        return KeyFigure(
            "state_p147",
            msg(N_("granted by programme 147 in {year}"), year=str(year["year"])),
            msg("{amount}", amount=Euros(year["state_p147"])),
            beside=tuple(beside),
            fictitious=bool(year["fictitious"]),
        )

    def _money(self) -> Message:
        year = self._supported()
        if year is None:
            return msg("What programme 147 granted it in the last three years is not known.")
        said = [
            msg(
                "In {year}, programme 147 granted it {amount}",
                year=str(year["year"]),
                amount=Euros(year["state_p147"]),
            )
        ]
        if year["state_change_share"] is not None:
            said.append(msg("that is {compared}", compared=rise(year["state_change_share"], year["year"] - 1)))
        if year["state_share"] is not None:
            said.append(msg("the State gives {share} of its resources", share=exact(year["state_share"])))
        return clauses(said)

    def _budget(self) -> KeyFigure:
        budget = self.rows("budgets")[0]
        labels = {choice.code: choice.label for choice in BUDGET_STATES}
        beside = []
        if budget["expenditure"] is not None:
            beside.append(msg("Expenditure: {amount}.", amount=Euros(budget["expenditure"])))
        if budget["fte"] is not None:
            beside.append(msg("Staff in full-time equivalents: {fte}.", fte=budget["fte"]))
        if budget["status"] in labels:
            beside.append(msg("Accounts: {status}.", status=msg(labels[budget["status"]])))
        return KeyFigure(
            "resources",
            msg(N_("of resources in {year}"), year=str(budget["year"])),
            None if budget["resources"] is None else msg("{amount}", amount=Euros(budget["resources"])),
            beside=tuple(beside),
            fictitious=self.sections["budgets"].fictitious,
        )

    # --- Missions ---

    def _rated(self) -> list[Record]:
        return [row for row in self.rows("missions") if row["year"] is not None]

    def _evaluated(self) -> KeyFigure:
        missions, rated = self.rows("missions"), self._rated()
        label = msg(N_("core missions evaluated"))
        if not missions:
            return KeyFigure("missions", label, None, beside=(msg("No evaluation is known."),))
        beside = [
            msg(
                "Rating for {mission}: {rating} in {year}.",
                mission=_mission(row),
                rating=_rating(row),
                year=str(row["year"]),
            )
            for row in rated
            if row["rating"] is not None
        ]
        return KeyFigure(
            "missions",
            label,
            msg("{value} of {total}", value=len(rated), total=len(missions)),
            share=len(rated) / len(missions),
            beside=tuple(beside),
            fictitious=self.sections["missions"].fictitious,
        )

    def _missions(self) -> Message:
        missions, rated = self.rows("missions"), self._rated()
        if not missions:
            return msg("No evaluation of its core missions is known.")
        if not rated:
            said = msg("None of its {total} core missions is evaluated", total=len(missions))
        elif len(rated) == len(missions):
            said = msgs(
                "Its only core mission is evaluated", "All of its {count} core missions are evaluated", len(missions)
            )
        else:
            said = msgs(
                "{count} of its {total} core missions is evaluated",
                "{count} of its {total} core missions are evaluated",
                len(rated),
                total=len(missions),
            )
        trends = [row["trend"] for row in missions]
        totals = {name: trends.count(name) for name in ("improving", "slipping", "stable")}
        return clauses([said, *moved(totals), overdue(sum(bool(row["overdue"]) for row in missions))])

    # --- Activity ---

    def _reported(self) -> Record | None:
        """The latest year whose half-days are known."""
        return next((row for row in self.rows("activity") if row["half_days"] is not None), None)

    def _half_days(self) -> KeyFigure:
        year = self._reported()
        if year is None:
            return KeyFigure("half_days", msg(N_("half-days of activity")), None, beside=(msg("None is known."),))
        beside = []
        if year["half_days_change_share"] is not None:
            beside.append(msg("That is {compared}.", compared=rise(year["half_days_change_share"], year["year"] - 1)))
        if year["participants"] is not None:
            beside.append(msgs("{count} participant.", "{count} participants.", year["participants"]))
        return KeyFigure(
            "half_days",
            msg(N_("half-days of activity in {year}"), year=str(year["year"])),
            msg("{value}", value=year["half_days"]),
            beside=tuple(beside),
            fictitious=bool(year["fictitious"]),
        )

    def _activity(self) -> Message:
        year = self._reported()
        if year is None:
            return msg("What it did in the last three years is not known.")
        said = [
            msgs(
                "In {year}, it reported {half_days} half-day of activity",
                "In {year}, it reported {half_days} half-days of activity",
                1 if year["half_days"] <= 1 else 2,
                year=str(year["year"]),
                half_days=year["half_days"],
            )
        ]
        if year["half_days_change_share"] is not None:
            said.append(msg("that is {compared}", compared=rise(year["half_days_change_share"], year["year"] - 1)))
        return clauses(said)

    # --- Agreements, findings ---

    @property
    def _agreements(self) -> list[Record]:
        return self.rows("agreements")

    @property
    def _running(self) -> int:
        return sum(row["status"] in _RUNNING for row in self._agreements)

    def _agreement_clauses(self, alone: bool = False) -> Iterator[Message]:
        ends = [row["ends_on"] for row in self._agreements if row["status"] in _RUNNING and row["ends_on"] is not None]
        if ends:
            template = N_("The next one ends on {date}") if alone else N_("the next one ends on {date}")
            yield msg(template, date=Day(min(ends), full=True))
        ended = sum(row["status"] == "ended-without-successor" for row in self._agreements)
        if ended:
            yield msgs("{count} has ended without a successor", "{count} have ended without a successor", ended)

    def _together(self) -> Message:
        if not self._agreements:
            return msg("No multi-annual agreement is known.")
        running = self._running
        said = (
            msgs("{count} multi-annual agreement is running", "{count} multi-annual agreements are running", running)
            if running
            else msg("No multi-annual agreement is running")
        )
        return clauses([said, *self._agreement_clauses()])

    def _findings(self) -> Message | None:
        if "findings" not in self.sections:
            return None
        open_ones = [row["severity"] for row in self.rows("findings") if not row["accepted"]]
        return rules_find(*(open_ones.count(name) for name in ("breach", "unknown", "notice")))


_HELD = ("neighbourhoods", "contracts", "inhabitants")


def _held(name: str, count: int | None) -> Message | None:
    """How much of something departments hold; None where it is not known."""
    if count is None:
        return None
    return {
        "neighbourhoods": msgs("{count} priority neighbourhood", "{count} priority neighbourhoods", count),
        "contracts": msgs("{count} city contract", "{count} city contracts", count),
        "inhabitants": msgs("{count} inhabitant", "{count} inhabitants", count),
    }[name]


def _sum(rows: Iterable[Record], name: str) -> int | None:
    """What rows add up to; None where nothing of it is known."""
    known = [int(row[name]) for row in rows if row[name] is not None]
    return sum(known) if known else None


def _in_part(rows: Iterable[Record], name: str) -> bool:
    return any(row[name] is None for row in rows)


def _departments(served: Sequence[Record]) -> Message:
    """How many departments, and which ones where they are few: 2 departments (Marne, 51; Haute-Marne, 52)."""
    if len(served) > _NAMED_AT_MOST:
        return msgs("{count} department", "{count} departments", len(served))
    # Each has a comma of its own.
    places, *others = (Message("{name}, {code}", {"name": row["name"], "code": row["department"]}) for row in served)
    for one in others:
        places = msg("{first}; {second}", first=places, second=one)
    return msgs("{count} department ({places})", "{count} departments ({places})", len(served), places=places)


def _mission(row: Record) -> Message:
    return msg(mission_label(row["mission"]))


def _rating(row: Record) -> Message:
    """A rating with its scale: 3 (1-4)."""
    values = {"rating": row["rating"], "scale": row["scale_bounds"]}
    return Message("{rating} ({scale})" if row["scale_bounds"] else "{rating}", values)
