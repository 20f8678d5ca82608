"""What a word means that a person types: a table, a column, a value of a closed list, in English or French.

Each is called by its stable name, by its label in both languages and by the other words that its definition gives;
capitals, accents, hyphens and the plural do not count. The first words of a label are enough where no other begins so.
What could be several is refused, and the reader is told which: a guess would answer another question than was asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from crpv_cli.definitions.columns import Choice, Column
from crpv_cli.definitions.headings import headings_of
from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.definitions.views import VIEWS
from crpv_cli.errors import UsageProblem
from crpv_cli.language import LANGUAGES, N_, Message, Typed, msg, translate
from crpv_cli.spelling import closest, fold, stem

_LONG = re.compile(r"[^\W\d_]{3}")


def meant(typed: str, among: Sequence[Choice]) -> tuple[str, ...]:
    """Return the codes that a word may mean, in their order: none, one, or several.

    What is called so comes before what is called so in another number, and that before what begins so. The French
    catalogue is only read where no code is typed.
    """
    folded = fold(typed)
    if not folded:
        return ()
    exact = _of(folded, ((choice.code, fold(choice.code)) for choice in among))
    if exact:
        return exact
    labels = [(choice.code, word) for choice in among for word in _labels(choice)]
    words = [*labels, *((choice.code, word) for choice in among for word in (choice.code, *choice.also))]
    wanted = stem(typed)
    return (
        _of(folded, ((code, fold(word)) for code, word in labels))
        or _of(folded, ((code, fold(word)) for code, word in words))
        or _of(wanted, ((code, stem(word)) for code, word in words))
        or _of(True, ((code, _begins(stem(word), wanted)) for code, word in words))
    )


def _of(wanted: object, words: Iterable[tuple[str, object]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for code, word in words if word == wanted))


def _begins(word: str, wanted: str) -> bool:
    return _LONG.search(wanted) is not None and f"{word} ".startswith(f"{wanted} ")


def spoken(choice: Choice) -> Iterator[str]:
    """Yield what something may be called: its stable name, its label in both languages, and other words for it."""
    yield from (choice.code, *_labels(choice), *choice.also)


def _labels(choice: Choice) -> list[str]:
    return [translate(choice.label, language) for language in LANGUAGES if choice.label]


def typed(choice: Choice | Column | Table) -> Typed:
    """Return what the reader may type for something."""
    return Typed(choice.code if isinstance(choice, Choice) else choice.name, choice.label)


def one_of(wanted: str, among: Sequence[Choice], unknown: Message, every: Callable[[list[Typed]], Message]) -> str:
    """Return the code that a word means.

    Args:
        wanted: what was typed.
        among: what there is.
        unknown: what is said if nothing is called so.
        every: says what there is, given what the reader may type for each, where nothing is near.

    Raises:
        UsageProblem: nothing is meant, or several things may be; the message names those, or near ones.
    """
    found = meant(wanted, among)
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageProblem(
            msg("“{value}” could be any of these: {candidates}.", value=wanted, candidates=_typed(found, among)),
            msg("Write one of them."),
        )
    near = near_to(wanted, among)
    raise UsageProblem(
        unknown,
        msg("Did you mean {near}?", near=near) if near else every(_typed((choice.code for choice in among), among)),
    )


def near_to(wanted: str, among: Sequence[Choice], most: int = 3) -> list[Typed]:
    """Return what the reader may type for what is called most nearly so, nearest first; none if nothing is near."""
    by_word = {fold(word): choice.code for choice in reversed(among) for word in spoken(choice)}
    part = f" {stem(wanted)} "
    near = [code for word, code in by_word.items() if _LONG.search(part) and part in f" {stem(word)} "][::-1]
    near = near or [by_word[fold(word)] for word in closest(wanted, by_word, 2 * most)]
    return _typed(dict.fromkeys(near), among)[:most]


def _typed(codes: Iterable[str], among: Sequence[Choice]) -> list[Typed]:
    """What the reader may type for some of what there is; the stable names where two are called the same."""
    labels = [choice.label for choice in among]
    by_code = {choice.code: choice.label for choice in among}
    return [Typed(code, by_code[code] if labels.count(by_code[code]) == 1 else "") for code in codes]


def tables(names: Iterable[str] = TABLES) -> list[Choice]:
    """Return what tables are called."""
    return [Choice(TABLES[name].name, TABLES[name].label, TABLES[name].also) for name in names]


def table_meant(name: str) -> Table | None:
    """Return the table that a name means, if it means one alone."""
    found = meant(name, tables())
    return TABLES[found[0]] if len(found) == 1 else None


def table_named(name: str) -> Table:
    """Return the table that a name means.

    Raises:
        UsageProblem: there is none, or it could be several; the message suggests some.
    """
    return TABLES[
        one_of(
            name,
            tables(),
            msg("There is no table called {name}.", name=name),
            lambda every: msg("The tables are: {tables}.", tables=every),
        )
    ]


def views() -> list[Choice]:
    """Return what views are called: their names, also without what marks them as views, and their labels."""
    return [Choice(view.name, view.label, (view.name.removeprefix("v_"), *view.also)) for view in VIEWS.values()]


def tables_or_views(name: str) -> list[Choice]:
    """Return those among which a name is looked for: tables, and views where no table may be meant."""
    return next((found for found in (tables(), views()) if meant(name, found)), [*tables(), *views()])


def listed_named(name: str) -> Table:
    """Return the table or the view that a name means; a name of both is that of the table.

    Raises:
        UsageProblem: there is none, or it could be several; the message suggests some.
    """
    found = one_of(
        name,
        tables_or_views(name),
        msg("There is no table called {name}.", name=name),
        lambda every: msg("The tables and views are: {tables}.", tables=every),
    )
    return TABLES[found] if found in TABLES else VIEWS[found]


def columns(of: Iterable[Column], table: Table | None = None) -> list[Choice]:
    """Return what columns are called; those of a table also by what people write above them."""
    return [
        Choice(column.name, column.label, headings_of(table, column.name) if table is not None else ()) for column in of
    ]


def column_named(name: str, of: Iterable[Column], table: Table | None = None) -> str:
    """Return the name of the column that a word means, of those of a result or of a table.

    Raises:
        UsageProblem: there is none, or it could be several; the message suggests some.
    """
    return one_of(
        name,
        columns(of, table),
        msg("There is no column called “{value}”.", value=name),
        lambda every: msg("The columns are: {columns}.", columns=every),
    )


def choice_named(wanted: str, among: Sequence[Choice]) -> str:
    """Return the value of a closed list that a word means.

    Raises:
        UsageProblem: there is none, or it could be several; the message suggests some.
    """
    return one_of(
        wanted,
        among,
        msg("“{value}” is not one of the values that are possible here.", value=wanted),
        lambda every: msg("Write one of: {choices}.", choices=every),
    )


# What people type for everything there is, in the place of a name.
EVERYTHING = Choice("all", N_("all"), ("tous", "toutes", "tout"))


def is_everything(wanted: str) -> bool:
    """Whether everything is meant, and not one thing of a name."""
    return bool(meant(wanted, (EVERYTHING,)))
