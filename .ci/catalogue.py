"""The French catalogue: kept up to date with the sentences in the code, and checked.

``python .ci/catalogue.py update`` finds every sentence of crpv, Click and Typer, keeps the translations that
``crpv.po`` has of them, and compiles it to ``crpv.mo``; new and changed sentences are then to be translated
in ``crpv.po`` by hand, and the command run again. ``python .ci/catalogue.py check`` changes nothing; it names
what is missing, fuzzy, obsolete or not compiled, and exits 1 if anything is. The same sentences give
the same files, byte for byte.
"""

from __future__ import annotations

import ast
import io
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "crpv_cli"
PO = PACKAGE / "locale" / "fr" / "LC_MESSAGES" / "crpv.po"
MO = PO.with_suffix(".mo")

# How many of its first arguments a function takes as sentences: one, or a singular and a plural.
OUR_WORDS = {"msg": 1, "msgs": 2, "N_": 1, "text": 1, "_": 1}
THEIR_WORDS = {"_": 1, "gettext": 1, "ngettext": 2}
# Click and Typer look their sentences up in our catalogue, so theirs stand in it, marked by this comment
# in the place of a location. A newer or older one of them may lack some: those are not called obsolete.
THEIRS = ("click", "typer")
THEIR_MARK = "Click, Typer"

Sentence = str | tuple[str, str]


class FrenchCatalogue(Catalog):
    """A catalogue whose header holds no date and no version, so that it changes only with its sentences.

    How many plural forms there are is said by that header. Babel has a table of its own, which says 2 for French
    up to Babel 2.18 and 3 after: by that table, a catalogue with 2 would lose every plural when it is updated.
    """

    def __init__(self, num_plurals: int = 2, plural_expr: str = "(n > 1)") -> None:
        self._forms = num_plurals, plural_expr
        super().__init__(
            locale="fr",
            header_comment="# The French of crpv, Click and Typer. Update with: python .ci/catalogue.py update",
            fuzzy=False,
        )

    @property
    def num_plurals(self) -> int:
        """How many plural forms each sentence with a number has."""
        return self._forms[0]

    @property
    def plural_expr(self) -> str:
        """Which of them a number takes, in C."""
        return self._forms[1]

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """The header, as name and value."""
        return [
            ("Project-Id-Version", "crpv"),
            ("Language", "fr"),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
            ("Plural-Forms", self.plural_forms),
        ]

    @mime_headers.setter
    def mime_headers(self, value: Iterable[tuple[str, str]]) -> None:
        """Nothing of another header is taken over."""


def sentences(source: str, words: Mapping[str, int]) -> Iterator[Sentence]:
    """Yield the sentences of a module in their order: the texts given to one of ``words``, bare or of a module.

    Babel's own extractor reads tokens and would take ``message.text("en")`` for a sentence.
    """
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        match call.func:
            case ast.Name(name) | ast.Attribute(ast.Name("language" | "gettext"), name):
                count = words.get(name, 0)
            case _:
                continue
        found = [
            argument.value
            for argument in call.args[:count]
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
        ]
        if found and len(found) == count:
            yield found[0] if count == 1 else (found[0], found[1])


def template() -> Catalog:
    """Every sentence of crpv, then those of Click and Typer, without translations."""
    catalogue = FrenchCatalogue()
    for path in sorted(PACKAGE.rglob("*.py")):
        for sentence in sentences(path.read_text(encoding="utf-8"), OUR_WORDS):
            if sentence:
                catalogue.add(sentence, locations=[(path.relative_to(ROOT).as_posix(), 0)])
    for package in THEIRS:
        spec = find_spec(package)
        assert spec is not None and spec.origin is not None, f"{package} is not installed"
        for path in sorted(Path(spec.origin).parent.glob("*.py")):
            for sentence in sentences(path.read_text(encoding="utf-8"), THEIR_WORDS):
                catalogue.add(sentence, auto_comments=[THEIR_MARK])
    return catalogue


def read(content: bytes | None = None) -> Catalog:
    """The catalogue that a file holds, by default the one on disk; an empty one if there is none yet."""
    if content is None and not PO.exists():
        return FrenchCatalogue()
    held = read_po(io.BytesIO(PO.read_bytes() if content is None else content), locale="fr")
    catalogue = FrenchCatalogue(held.num_plurals, held.plural_expr)
    for message in held:
        if message.id:
            catalogue[message.id] = message
    return catalogue


def updated() -> bytes:
    """What ``crpv.po`` is to hold; a changed sentence keeps its old translation, marked fuzzy."""
    catalogue = read()
    catalogue.update(template(), update_creation_date=False)
    stream = io.BytesIO()
    write_po(stream, catalogue, width=110, include_lineno=False, ignore_obsolete=True)
    return stream.getvalue().rstrip(b"\n") + b"\n"


def compiled(catalogue: Catalog) -> bytes:
    """What ``crpv.mo`` holds for a catalogue."""
    stream = io.BytesIO()
    write_mo(stream, catalogue)
    return stream.getvalue()


def update() -> None:
    """Write ``crpv.po`` and ``crpv.mo`` anew."""
    PO.parent.mkdir(parents=True, exist_ok=True)
    PO.write_bytes(updated())
    MO.write_bytes(compiled(read()))


def faults() -> list[str]:
    """What is wrong with the catalogue on disk, a line a fault."""
    catalogue, wanted, after = read(), template(), read(updated())
    found = []
    for message in wanted:
        held = catalogue.get(_key(message)) if message.id else message
        if held is None or held.id != message.id or not all(_strings(held)):
            found.append(f"missing: {_key(message)}")
        elif held.fuzzy:
            found.append(f"fuzzy: {_key(message)}")
    for message in catalogue:
        if wanted.get(_key(message)) is None and message.id and THEIR_MARK not in message.auto_comments:
            found.append(f"obsolete: {_key(message)}")
        if not message.fuzzy and not all(_same_places(message, string) for string in _strings(message)):
            found.append(f"other placeholders: {_key(message)}")
        kept = after.get(_key(message)) if message.id else None
        if kept is not None and not message.fuzzy and (kept.fuzzy or kept.string != message.string):
            found.append(f"lost by the next update: {_key(message)}")
    if not MO.exists() or MO.read_bytes() != compiled(catalogue):
        found.append(f"not compiled: {MO.name}")
    return found


def _key(message: Message) -> str:
    return str(message.id if isinstance(message.id, str) else message.id[0])


def _strings(message: Message) -> Iterable[str]:
    if not message.id:
        return ()
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ("",))


def placeholders(sentence: str) -> frozenset[str]:
    """The places of a sentence that values are put into: ``{count}``, ``{name!r}``, ``%(prog)s``."""
    return frozenset(re.findall(r"\{[^{}]*\}|%\(\w+\)s", sentence))


def _same_places(message: Message, string: str) -> bool:
    """Whether a translation puts the values that its sentence puts; a singular may leave ``{count}`` out."""
    sentences_ = (message.id,) if isinstance(message.id, str) else tuple(message.id)
    return not string or placeholders(string) in {placeholders(sentence) for sentence in sentences_}


def main(arguments: list[str]) -> int:
    """Update or check; returns the exit code."""
    if arguments == ["update"]:
        update()
    elif arguments != ["check"]:
        sys.stderr.write("usage: python .ci/catalogue.py update|check\n")
        return 2
    found = faults()
    sys.stderr.writelines(f"{fault}\n" for fault in found)
    return 1 if found and arguments == ["check"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
