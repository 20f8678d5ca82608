"""The beginnings of a profile, from a file's header and first rows: what is clear is written, the rest is said."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from crpv_cli.definitions.columns import Column, Kind, Shape
from crpv_cli.definitions.named import table_named
from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.errors import UsageProblem
from crpv_cli.intake.faults import Fault
from crpv_cli.intake.files import InputFile, ReadOptions
from crpv_cli.intake.grid import Grid, Row
from crpv_cli.intake.headers import read_header
from crpv_cli.intake.headings import heading_of
from crpv_cli.intake.kinds import is_workbook
from crpv_cli.intake.profiles.conversions import CONVERSIONS
from crpv_cli.intake.profiles.known import KnownIds
from crpv_cli.intake.profiles.profile import LOOKUPS
from crpv_cli.intake.profiles.shipped import shipped_profiles
from crpv_cli.intake.readers import open_csv
from crpv_cli.intake.workbooks import open_workbook
from crpv_cli.language import LANGUAGES, literal, msg, text, translate
from crpv_cli.spelling import fold

_ROWS_LOOKED_AT = 500
_NUMBER_OF = "number_of_"
_SAMPLES, _SAMPLE_WIDTH = 2, 40
_MOST = 0.8
"""The share of the filled cells that must be values of a kind for a column to be of it."""
_CLOSE_WORD = 5
"""A word of fewer letters says too little of what a column holds."""

_BY_KIND = {
    Kind.TEXT: ("control-characters", "text"),
    Kind.INTEGER: ("integer",),
    Kind.DECIMAL: ("decimal",),
    Kind.YEAR: ("year",),
    Kind.DATE: ("date",),
    Kind.MONEY: ("amount",),
}
_BY_SHAPE = {
    (Shape.DEPARTMENT, False): ("insee-department",),
    (Shape.COMMUNE, False): ("insee-commune",),
    (Shape.COMMUNE, True): ("insee-communes",),
    (Shape.SIREN, False): ("siren",),
    (Shape.SIREN, True): ("sirens",),
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A profile that was begun: its TOML, its table, and the required columns of which the file says nothing."""

    content: str
    table: Table
    missing: tuple[str, ...]


@dataclass(slots=True)
class _Heading:
    """A column of the file: its heading, the name that the profile gives it, and what its first rows hold."""

    text: str
    name: str
    place: int
    values: list[str] = field(default_factory=list)
    used: bool = False

    def holds(self, fits: Callable[[str], bool]) -> bool:
        """Whether most of its cells are something, and at least one is."""
        return bool(self.values) and sum(map(fits, self.values)) >= _MOST * len(self.values)

    @property
    def numbers(self) -> bool:
        """Whether it holds SIREN or SIRET."""
        return self.holds(_reads("siren-of-siret"))

    @property
    def years(self) -> bool:
        """Whether it holds years."""
        return self.holds(lambda cell: re.fullmatch(r"(19[7-9]|20[0-4])[0-9](\.0+)?", cell) is not None)

    @property
    def dates(self) -> bool:
        """Whether it holds days."""
        return not self.years and self.holds(_reads("date"))

    @property
    def amounts(self) -> bool:
        """Whether it holds sums of money, as far as numbers say."""
        return not self.numbers and not self.years and not self.dates and self.holds(_reads("amount"))


def _reads(conversion: str) -> Callable[[str], bool]:
    def fits(cell: str) -> bool:
        try:
            CONVERSIONS[conversion](cell)
        except Fault:
            return False
        return True

    return fits


def draft(file: InputFile, options: ReadOptions) -> Draft:
    """Begin a profile for the first table of a file.

    ``options`` name the table, and hold the ids that the registry knows: they tell what numbers and names are.

    Raises:
        Fault: the file cannot be read.
        UsageProblem: no heading tells which table it is for.
    """
    grid = _first(file, options)
    headings, others = _headings(grid)
    table = table_named(options.table) if options.table else _table(headings)
    return _Drafting(table, headings, others, options.known or KnownIds({}), file).draft()


def _first(file: InputFile, options: ReadOptions) -> Grid:
    if not is_workbook(file.path):
        return open_csv(file.path, options.encoding, options.delimiter)
    sheets = open_workbook(file.path, lambda _sheet, _cells: False, options.sheet)
    if not sheets:
        raise Fault("empty-file", msg("No sheet of the workbook holds a table."), msg("Check that it was saved."))
    return sheets[0]


def _headings(grid: Grid) -> tuple[list[_Heading], list[str]]:
    """The columns that a profile can name, and the headings of which it could find only the first, or none."""
    found: dict[str, _Heading] = {}
    others: list[str] = []
    for place, heading in enumerate(grid.header):
        spelling = heading_of(heading)[0]
        if not spelling or spelling in found:
            others.extend([heading] if heading else [])
            continue
        name = re.sub(r"\W+", "_", fold(heading), flags=re.ASCII).strip("_")
        names = {one.name for one in found.values()}
        # What a profile computes has such a name.
        if not name or name in names or name.startswith(_NUMBER_OF):
            name = f"column_{place + 1}"
        found[spelling] = _Heading(heading, name, place)
    for row in islice((row for row in grid.rows() if isinstance(row, Row)), _ROWS_LOOKED_AT):
        for one in found.values():
            if one.place < len(row.cells) and (cell := str(row.cells[one.place])):
                one.values.append(cell)
    return list(found.values()), others


def _own(heading: _Heading, table: Table) -> str | None:
    """The column of a table that a heading is the name or the label of."""
    return next(iter(read_header([heading.text], table).present), None)


def _known_as(headings: Sequence[_Heading], table: Table) -> dict[str, list[_Heading]]:
    """The headings that a profile of ours reads a column from, by its name."""
    found: dict[str, list[_Heading]] = {}
    for profile in shipped_profiles().values():
        if profile.table.name != table.name:
            continue
        places = profile.reading([heading.text for heading in headings]).places
        for spec in profile.specs:
            for foreign in profile.foreign(spec):
                if foreign in places and headings[places[foreign]] not in found.setdefault(spec.name, []):
                    found[spec.name].append(headings[places[foreign]])
    return found


def _table(headings: Sequence[_Heading]) -> Table:
    """The table that most headings are of."""

    def fit(table: Table) -> int:
        own = {name for heading in headings if (name := _own(heading, table))}
        return len(own | set(_known_as(headings, table)))

    best = max(TABLES.values(), key=fit)
    if not fit(best):
        raise UsageProblem(
            msg("None of the headings tells which table the file is for."),
            msg("Name the table with --as: {tables}.", tables=list(TABLES)),
        )
    return best


class _Drafting:
    def __init__(
        self, table: Table, headings: list[_Heading], others: list[str], known: KnownIds, file: InputFile
    ) -> None:
        self.table = table
        self.headings = headings
        self.others = others
        self.known = known
        self.file = file
        self.lines: list[str] = []
        self.sources: dict[str, list[_Heading]] = {}
        self.guessed: set[str] = set()

    def draft(self) -> Draft:
        self.match()
        missing = tuple(
            column.name for column in self.table.columns if column.required and column.name not in self.sources
        )
        self.top(missing)
        self.header()
        for column in self.table.columns:
            if column.name in self.sources:
                self.column(column, self.sources[column.name])
            elif column.required:
                self.open_question(column)
            elif column.name == "locator":
                self.place_in_file()
        return Draft("\n".join(self.lines).rstrip() + "\n", self.table, missing)

    # What comes from where

    def match(self) -> None:
        known_as = _known_as(self.headings, self.table)
        for column in self.table.columns:
            own = [heading for heading in self.free() if _own(heading, self.table) == column.name]
            self.take(column, own[:1] or self.unused(known_as.get(column.name, [])), guessed=False)
        for column in self.table.columns:
            if column.name not in self.sources:
                self.take(column, self.worded(column) or self.told_by_content(column), guessed=True)

    def take(self, column: Column, headings: list[_Heading], guessed: bool) -> None:
        if not headings:
            return
        self.sources[column.name] = headings
        for heading in headings:
            heading.used = True
        if guessed:
            self.guessed.add(column.name)

    def free(self) -> list[_Heading]:
        return [heading for heading in self.headings if not heading.used]

    def unused(self, headings: list[_Heading]) -> list[_Heading]:
        return [heading for heading in headings if not heading.used]

    def worded(self, column: Column) -> list[_Heading]:
        """The one heading that has the name or the label of a column among its words, and values of its kind."""
        words = {fold(column.name), *(fold(translate(column.label, language)) for language in LANGUAGES)}
        found = [
            heading
            for heading in self.free()
            if any(len(word) >= _CLOSE_WORD and f" {word} " in f" {fold(heading.text)} " for word in words)
            and self.may_be(column, heading)
        ]
        return found if len(found) == 1 else []

    def may_be(self, column: Column, heading: _Heading) -> bool:
        if column.kind is Kind.MONEY:
            return heading.amounts
        if column.kind is Kind.YEAR:
            return heading.years or heading.dates
        return heading.dates if column.kind is Kind.DATE else True

    def told_by_content(self, column: Column) -> list[_Heading]:
        """The column whose cells can only be these: what the registry knows, or the only years, days or amounts."""
        tests: list[Callable[[_Heading], bool]] = []
        if column.refers:
            found = [heading for heading in self.free() if self.refers_to(column, heading) is not None]
            numbers = [heading for heading in found if heading.numbers]
            names = [heading for heading in found if not heading.numbers]
            return [*numbers, *names] if len(numbers) <= 1 and len(names) <= 1 else []
        if column.required and column.kind is Kind.YEAR:
            tests = [lambda heading: heading.years, lambda heading: heading.dates]
        elif column.required and column.kind is Kind.DATE:
            tests = [lambda heading: heading.dates]
        elif column.required and column.kind is Kind.MONEY:
            tests = [lambda heading: heading.amounts]
        for test in tests:
            if len(alone := [heading for heading in self.free() if test(heading)]) == 1:
                return alone
        return []

    def refers_to(self, column: Column, heading: _Heading) -> str | None:
        """The lookup that finds rows of what a column refers to by what a heading holds: one is found at least."""
        one = str(column.refers).removesuffix("s")
        for lookup in (f"{one}-of-siren", f"{one}-of-name", str(column.refers)):
            if lookup in LOOKUPS and any(self.known.find(lookup, self.asked(lookup, cell)) for cell in heading.values):
                return lookup
        return None

    def asked(self, lookup: str, cell: str) -> str:
        if not lookup.endswith("-of-siren"):
            return cell
        try:
            return CONVERSIONS["siren-of-siret"](cell)[0]
        except Fault:
            return ""

    # What is written

    def say(self, sentence: str = "") -> None:
        """A line of comment, or an empty line."""
        self.lines.append(f"# {literal(' '.join(sentence.split()))}" if sentence else "")

    def write(self, *lines: str) -> None:
        self.lines.extend(lines)

    def top(self, missing: Sequence[str]) -> None:
        self.say(
            text(
                "The beginnings of a profile for {file}. Check what is written, complete what is marked with ▶, then:",
                file=self.file.path.name,
            )
        )
        self.say(text("crpv profiles PROFILE.toml"))
        self.say(text("crpv load FILE --profile PROFILE.toml --dry-run"))
        self.say(text("docs/profiles.md explains every key."))
        if missing:
            self.say(text("▶ The file does not say: {columns}.", columns=list(missing)))
        self.write("", f"name = {_quoted(_slug(self.file.stem) or 'mine')}", f"table = {_quoted(self.table.name)}", "")

    def header(self) -> None:
        required = {
            heading.name
            for name, headings in self.sources.items()
            if self.table.column(name).required
            for heading in headings[:1]
        }
        if not required:
            required = {heading.name for heading in self.headings[:1]}
        self.say(
            text('The file is recognised by these columns. Other spellings are added to the list: ["Amount", "Sum"].')
        )
        self.write("[header.required]", *self.spellings(lambda heading: heading.name in required), "")
        if any(heading.name not in required for heading in self.headings):
            self.say(text("These may be there; those of which no column below is made are known, and not read."))
            self.write("[header.optional]", *self.spellings(lambda heading: heading.name not in required), "")

        if self.others:
            self.say(
                text(
                    "Not among them, since they are spelled as another one or have no letters: {headings}",
                    headings=self.others,
                )
            )
            self.say()

    def spellings(self, which: Callable[[_Heading], bool]) -> Iterator[str]:
        for heading in self.headings:
            if which(heading):
                seen = list(dict.fromkeys(" ".join(cell.split()) for cell in heading.values))[:_SAMPLES]
                samples = " | ".join(one if len(one) <= _SAMPLE_WIDTH else f"{one[:_SAMPLE_WIDTH]}…" for one in seen)
                comment = f"  # {literal(samples)}" if samples else ""
                yield f"{heading.name} = [{_quoted(heading.text)}]{comment}"

    def column(self, column: Column, headings: list[_Heading]) -> None:
        if column.name in self.guessed:
            self.say(text("▶ Guessed from what the column holds: check it."))
        if column.refers:
            self.reference(column, headings)
            return
        first = headings[0]
        conversions = list(_BY_SHAPE.get((column.shape, column.kind is Kind.CODES), ()) if column.shape else ())
        conversions = conversions or list(_BY_KIND.get(column.kind, ("text",)))
        if column.kind is Kind.YEAR and first.dates:
            conversions = ["year-of-date"]
        self.write(f"[columns.{column.name}]", f"from = {_quoted(first.name)}", f"convert = {_listed(conversions)}")
        if column.kind is Kind.MONEY and column.required:
            self.write(f"skip-empty = {_quoted(text('no amount'))}")
        self.write("")

    def reference(self, column: Column, headings: list[_Heading]) -> None:
        """A column that holds what the registry knows under an id: by number where there is one, else by name."""
        one = str(column.refers).removesuffix("s")
        number = next((heading for heading in headings if heading.numbers), None)
        named = next((heading for heading in headings if heading is not number), None)
        finds: list[str] = []
        more: list[str] = []
        if number is not None and f"{one}-of-siren" in LOOKUPS:
            its_name = f"{_NUMBER_OF}{column.name}"
            self.write(f"[let.{its_name}]", f"from = {_quoted(number.name)}", 'convert = ["siren-of-siret"]')
            if column.name == "centre":
                self.write(f"skip-unreadable = {_quoted(text('the number is no valid SIREN'))}", "")
                name = named or next((heading for heading in self.headings if self.names_centres(heading)), None)
                if name is not None:
                    more.append(f'suspect = {{ lookup = "centre-of-name", from = {_quoted(name.name)} }}')
                named = None
            else:
                self.write("empty-unreadable = true", "")
            finds.append(f'{{ lookup = "{one}-of-siren", from = "{its_name}" }}')
        if named is not None:
            lookup = f"{one}-of-name" if f"{one}-of-name" in LOOKUPS else str(column.refers)
            if lookup in LOOKUPS:
                finds.append(f'{{ lookup = "{lookup}", from = {_quoted(named.name)} }}')
        self.write(f"[columns.{column.name}]")
        if not finds:
            self.write(f"from = {_quoted(headings[0].name)}", 'convert = ["text"]', "")
            return
        self.write(f"find = [{', '.join(finds)}]")
        if column.name == "centre":
            self.write(
                f"skip-empty = {_quoted(text('the row names no body'))}",
                f"skip-unknown = {_quoted(text('the body is no centre of the registry'))}",
            )
        self.write(*more, "")

    def names_centres(self, heading: _Heading) -> bool:
        return any(self.known.find("centre-of-name", cell) for cell in heading.values)

    def open_question(self, column: Column) -> None:
        self.say(
            text("▶ {label}: {explanation}", label=translate(column.label), explanation=translate(column.explanation))
        )
        if column.choices:
            self.say(text("One of: {choices}.", choices=[choice.code for choice in column.choices]))
        if column.refers:
            self.say(text("Those that exist: {command}", command=f"crpv list {column.refers}"))
        self.say(text('Write it here if it is the same in all rows, or from = "…" if a column above has it.'))
        self.write(f"# [columns.{column.name}]", '# constant = "…"', "")

    def place_in_file(self) -> None:
        self.say(text("It leads back to the line, and tells rows apart that are otherwise alike."))
        self.write("[columns.locator]", 'template = "{file}:{line}"', "")


def _slug(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", fold(words)).strip("-")


def _quoted(words: str) -> str:
    """A basic string of TOML."""
    return json.dumps(words, ensure_ascii=False).replace("\x7f", "\\u007F")


def _listed(words: Sequence[str]) -> str:
    return f"[{', '.join(map(_quoted, words))}]"
