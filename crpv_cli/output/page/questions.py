"""A dossier that has parts as its page shows it: what opens it, its questions, and the tables behind them.

A chart stands with its question, and a short table is folded under it; a long one stands in the annex, where it is
looked up. Nothing is said here that the dossier does not say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from crpv_cli import language
from crpv_cli.language import N_
from crpv_cli.output.page.sections import Section, identifier
from crpv_cli.output.shelf.about import nothing_known
from crpv_cli.output.shelf.cells import UNKNOWN
from crpv_cli.result import Dossier, KeyFigure, Part, Result

_SHORT, _MANY = 12, 30
_FEW_FACTS = 8


@dataclass(frozen=True, slots=True)
class Key:
    """A key figure; ``share`` is the width of its bar of 100, empty where it has none."""

    name: str
    figure: str
    label: str
    share: str
    beside: tuple[str, ...]
    fictitious: bool


@dataclass(frozen=True, slots=True)
class Block:
    """A section in its question, or its table in the annex.

    ``number`` is that of its table in the annex, 0 for a table that stands with its question. One that is ``alone`` has
    no neighbour in the other column of a sheet.
    """

    section: Section
    number: int = 0
    alone: bool = False

    @property
    def css(self) -> str:
        """The classes of its table in the annex."""
        return f"{self.section.size}{' many' if len(self.section.rows) > _MANY else ''}".strip()

    @property
    def broad(self) -> bool:
        """Whether it needs both columns of a sheet."""
        return not self.number and self.section.size == "broad"

    @property
    def folded(self) -> bool:
        """Whether the table is folded: a chart says the same, or it is long."""
        return self.section.figure is not None or len(self.section.rows) > _SHORT


@dataclass(frozen=True, slots=True)
class Question:
    """A part of the dossier, in which no note is said twice.

    ``nothing`` says of which of its sections nothing is known, and why.
    """

    id: str
    title: str
    finding: str
    blocks: tuple[Block, ...]
    nothing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What the page of a dossier shows, in this order.

    Attributes:
        headline: the sentence that opens it; empty if there is none.
        keys: the key figures.
        map: the section of the map, which stands beside them.
        facts: what identifies the subject, if that is more than the head of the page has room for.
        questions: the parts.
        annex: the tables that are looked up.
        sources: the list of sources.
    """

    headline: str
    keys: tuple[Key, ...]
    map: Block | None
    facts: Section | None
    questions: tuple[Question, ...]
    annex: tuple[Block, ...]
    sources: Section | None


def report_of(dossier: Dossier, facts: Section, made: Mapping[str, Section]) -> Report:
    """Arrange the sections of a dossier that has parts.

    Args:
        dossier: one with ``parts``.
        facts: its facts, made.
        made: its other sections, made, by name.
    """
    results = {section.name: section for section in dossier.sections}
    parts = tuple(_whole(dossier.parts, dossier.sections))
    drawn = next((name for part in parts for name in part.sections if results[name].is_map), None)
    listed = next((section.name for section in dossier.sections if section.lists_sources), None)
    kept = [replace(part, sections=tuple(name for name in part.sections if name != listed)) for part in parts]
    numbers: dict[str, int] = {}
    for part in kept:
        for name in part.sections:
            if made[name].rows and (part.annex or name == drawn or len(made[name].rows) > _SHORT):
                numbers[name] = len(numbers) + 1
    questions = (_question(part, drawn, results, made, numbers) for part in kept if not part.annex)
    return Report(
        headline=dossier.headline.text() if dossier.headline else "",
        keys=tuple(_key(key) for key in dossier.key_figures),
        map=Block(made[drawn], numbers[drawn]) if drawn and made[drawn].figure else None,
        facts=facts if len(facts.facts) > _FEW_FACTS else None,
        questions=tuple(question for question in questions if question.blocks or question.nothing),
        annex=tuple(Block(made[name], number) for name, number in numbers.items()),
        sources=made[listed] if listed and made[listed].rows else None,
    )


def _whole(parts: Sequence[Part], sections: Sequence[Result]) -> Iterator[Part]:
    """The parts with the sections that are there; those that no part names are in the last one."""
    there = [section.name for section in sections]
    named = {name for part in parts for name in part.sections}
    for number, part in enumerate(parts, 1):
        rest = tuple(name for name in there if name not in named) if number == len(parts) else ()
        yield replace(part, sections=tuple(name for name in part.sections if name in there) + rest)


def _question(
    part: Part,
    drawn: str | None,
    results: Mapping[str, Result],
    made: Mapping[str, Section],
    numbers: Mapping[str, int],
) -> Question:
    names = [name for name in part.sections if name != drawn]
    said = set(made[drawn].notes) if drawn and drawn in part.sections else set()
    blocks = []
    for name in names:
        if made[name].rows:
            notes = tuple(note for note in made[name].notes if note not in said)
            blocks.append(Block(replace(made[name], notes=notes), numbers.get(name, 0)))
            said.update(notes)
    return Question(
        id=f"part-{identifier(part.name)}",
        title=part.title.text(),
        finding=part.finding.text() if part.finding else "",
        blocks=tuple(_paired(blocks)),
        nothing=tuple(nothing_known(results[name]) for name in names if not made[name].rows),
    )


def _paired(blocks: Sequence[Block]) -> Iterator[Block]:
    """The blocks, those first that stand two in a row; one that has none beside it knows it."""
    blocks = sorted(blocks, key=lambda block: block.broad)
    for place, block in enumerate(blocks):
        beside = [*blocks[max(place - 1, 0) : place], *blocks[place + 1 : place + 2]]
        yield replace(block, alone=not block.broad and all(one.broad for one in beside))


def _key(key: KeyFigure) -> Key:
    return Key(
        name=key.name,
        figure=key.shown.text() if key.shown is not None else UNKNOWN,
        label=key.label.text(),
        share="" if key.share is None else f"{100 * min(max(key.share, 0), 1):.1f}",
        beside=tuple(one.text() for one in key.beside),
        fictitious=key.fictitious,
    )


def words() -> dict[str, str]:
    """The words of the page of a dossier, in the reader's language."""
    return {
        "key_figures": language.text(N_("Key figures")),
        "before": language.text(N_("Before reading")),
        "annex": language.text(N_("Annex: the tables")),
        "table_number": language.text(N_("Table {number}")),
        "in_annex": language.text(N_("All its figures: table {number}, in the annex")),
        "figures": language.text(N_("The figures of the chart, and more")),
        "sources_of": language.text(N_("Sources:")),
    }
