"""What a document to share says of itself: what was asked, and whether its figures are fictitious.

The words are shared by the first sheet of a workbook and the head and foot of a page.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from crpv_cli import __version__, language
from crpv_cli.definitions import choices
from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.definitions.tableschema import LICENCE
from crpv_cli.language import N_
from crpv_cli.output.shelf.cells import for_people
from crpv_cli.output.shelf.layout import alerts, remaining
from crpv_cli.result import Alert, Dossier, Note, Origin, Result, Value

# The labels of what can be asked, and the words of their values.
PARAMETERS = {
    "sql": N_("Query"),
    "year": N_("Year"),
    "from": N_("From the year"),
    "to": N_("Up to the year"),
    "region": N_("Region"),
    "department": N_("Department"),
    "overseas": N_("Overseas"),
    "uncovered": N_("Not covered only"),
    "measure": N_("Measure"),
    "geography": N_("Geography"),
    "by": N_("A row for each"),
    "mission": N_("Mission"),
    "stage": N_("Stage"),
    "centre": N_("Centre"),
    "cycle": N_("Cycle, in years"),
    "within": N_("Within, in months"),
    "status": N_("Status"),
    "compare_to": N_("Compared with"),
    "known_from": N_("Compared with what was known after load"),
    "rules": N_("Rules"),
    "explain": N_("Figure"),
}
WORDS: Mapping[str, Mapping[str, str]] = {
    "measure": {choice.code: choice.label for choice in choices.COVERED},
    "geography": choices.GEOGRAPHY_LABELS,
    "mission": {choice.code: choice.label for choice in choices.MISSIONS},
    "stage": {choice.code: choice.label for choice in choices.STAGES},
    "by": {"coverage": N_("Coverage"), "funding": N_("State support")}
    | {"centre": N_("Centre"), "mission": N_("Mission"), "region": N_("Region"), "department": N_("Department")}
    | {"funder": N_("Funder"), "kind": N_("Kind"), "year": N_("Year"), "scheme": N_("Scheme")}
    | {"type": N_("Type"), "theme": N_("Theme"), "audience": N_("Audience"), "mode": N_("Mode")},
}
_FLAG = Column("flag", "", Kind.FLAG)


def asked_of(results: Sequence[Result]) -> list[tuple[str, str]]:
    """What was asked of lists, reports or a query that were asked for together, with labels."""
    asked: dict[str, object] = {}
    for result in results:
        asked = {**result.parameters, **asked}
    dated = any(result.origin for result in results) and "sql" not in asked
    lines = [(language.text("As of"), _date(asked.get("as_of")))] if dated else []
    for name in [*PARAMETERS, *(name for name in asked if name not in {"as_of", *PARAMETERS})]:
        value = asked.get(name)
        if value is None:
            continue
        words = WORDS.get(name, {}).get(str(value))
        shown = for_people(value, _FLAG) if isinstance(value, bool) else language.show(str(value))
        label = (
            N_("Drawn by") if name == "by" and any(result.is_map for result in results) else PARAMETERS.get(name, name)
        )
        lines.append((language.translate(label), language.translate(words) if words else shown))
    return lines


def asked_of_dossier(dossier: Dossier) -> list[tuple[str, str]]:
    """The date of a dossier, and the geography if all its sections have the same."""
    results = [dossier.facts, *dossier.sections]
    dates = [result.parameters["as_of"] for result in results if result.parameters.get("as_of")]
    lines = [(language.text("As of"), _date(dates[0]))] if dates else []
    geographies = {str(result.parameters["geography"]) for result in results if result.parameters.get("geography")}
    if len(geographies) == 1:
        (geography,) = geographies
        label = WORDS["geography"].get(geography, geography)
        lines.append((language.text("Geography"), language.translate(label)))
    return lines


def _date(value: object) -> str:
    return language.date(value) if isinstance(value, str) else language.text("all dates")


def registry_state(origins: Sequence[Origin]) -> str:
    """Which state of the registry the figures come from; empty if nothing was loaded, or if it does not matter."""
    for found in origins:
        if found.load is not None and found.loaded_at is not None:
            return language.text(
                "as it was after load {load}, on {date}",
                load=str(found.load),
                date=language.Day(found.loaded_at[:10]),
            )
    return ""


def made_of(shown: Result | Dossier) -> list[tuple[str, str]]:
    """What each file says of itself at its end, with labels: its licence, what made it, and the command for it."""
    command = command_of(shown)
    return [
        (language.text(N_("Licence")), licence()),
        (language.text(N_("Written by")), f"crpv {__version__}"),
        *([(language.text(N_("To reproduce it")), command)] if command else []),
    ]


def licence() -> str:
    """Under which licence figures are handed on, in a sentence."""
    return language.text(
        N_("{licence}, unless a source has its own: reuse freely, naming the sources and their dates. {address}"),
        licence=LICENCE["title"],
        address=LICENCE["path"],
    )


def is_fictitious(shown: Result | Dossier) -> bool:
    """Whether figures rest on fictitious data (that the registry merely holds some is another matter)."""
    return shown.fictitious or bool(fictitious_notes(shown.notes))


def fictitious_notes(notes: Sequence[Note]) -> list[Note]:
    """The notes that say that figures rest on fictitious data."""
    return [note for note in notes if note.alert is Alert.FIGURES]


def fictitious_alert(notes: Sequence[Note] = ()) -> str:
    """The warning over figures that rest on fictitious data: the first note that says so, or else the usual words."""
    said = alerts(fictitious_notes(notes))
    return said[0] if said else language.text(N_("FICTITIOUS: these figures rest on demonstration data."))


def nothing_known(section: Result) -> str:
    """A line for a section without rows: what it is, and why there is nothing in it, if that is known."""
    notes = remaining(section.notes)
    said = notes[0] if notes else language.text(N_("Nothing known"))
    return language.text(N_("{title}: {text}"), title=section.title, text=said)


@dataclass(frozen=True, slots=True)
class Source:
    """A source that rows rest on; what is not known of it is empty.

    ``date`` is ISO, perhaps a month or a year; ``consulted`` the day on which it was read, ``place`` where in it.
    """

    id: str
    title: str
    date: str = ""
    address: str = ""
    consulted: str = ""
    place: str = ""


def cited(results: Iterable[Result], listed: Iterable[Result] = ()) -> list[Source]:
    """The sources of rows as they are there (a list may have been cut since they were looked up), by id, each once.

    Those that ``listed`` contains are left out.
    """
    sources: dict[str, Source] = {}
    for result in results:
        found = result.origin or Origin()
        named = named_sources(result)
        more = (found.dates, found.addresses, found.consulted, found.places)
        for key, title in found.sources.items():
            if named is None or key in named:
                sources[key] = Source(key, title, *(known.get(key, "") for known in more))
    listed_there = {row[0] for result in listed if result.lists_sources for row in result.rows}
    return [sources[key] for key in sorted(sources) if key not in listed_there]


def named_sources(result: Result) -> set[str] | None:
    """The ids of the sources that the rows themselves name; None for rows that have no column of them."""
    places = [place for place, column in enumerate(result.columns) if column.refers == "sources"]
    named = [row[place] for row in result.rows for place in places]
    return {one for value in named for one in ids_in(value)} if places else None


def ids_in(value: Value) -> tuple[str, ...]:
    """The ids that a cell of one source, or of several, names."""
    if isinstance(value, tuple):
        return tuple(one for one in value if isinstance(one, str))
    return (value,) if isinstance(value, str) else ()


def command_of(shown: Result | Dossier) -> str:
    """The command line that gives the same report, or the same table narrowed in the same way, again; else empty.

    It names the load up to which the registry was known, so that it gives the same whatever is loaded later. How a list
    was sorted or cut is not known any more: then the columns and the order may differ, the figures do not.
    """
    if not shown.command:
        return ""
    origin = (shown.facts if isinstance(shown, Dossier) else shown).origin
    known = f" --known {origin.load}" if origin and origin.load is not None else ""
    if isinstance(shown, Dossier):
        return shown.command + known
    words = ["crpv", *shown.command.split()]
    for name, value in shown.parameters.items():
        option = f"--{name.replace('_', '-')}"
        if value is True:
            words.append(option)
        elif name == "overseas" and value is False:
            words.append("--mainland")
        elif value is not None and value is not False:
            words += [option, str(value)]
    return shlex.join(words) + known
