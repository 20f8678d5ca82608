"""Which text the bytes of a file are: judged by what they say in each encoding, not assumed.

A byte order mark decides, then strict UTF-8. Other bytes are French in one encoding and nonsense in the others: “é” of
macOS is “Ž” of Windows, and no French word has one within. A file that is valid UTF-8 is read once; only others are
looked at again, line by line and in little memory.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from crpv_cli.intake.faults import Correction, Fault
from crpv_cli.intake.grid import Finding
from crpv_cli.language import Message, first_few, msg, msgs

_CHUNK = 1 << 20
_PIECE = 1 << 17
_MOST_LINES = 5_000
"""How many lines with bytes beyond ASCII are looked at; more of them would tell nothing new."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CALLED = {
    "cp1252": "Windows-1252",
    "mac-roman": "macOS Roman",
    "cp850": "MS-DOS (cp850)",
    "iso8859-15": "ISO-8859-15",
    "utf-16-le": "UTF-16 (utf-16-le)",
    "utf-16-be": "UTF-16 (utf-16-be)",
    "utf-32-le": "UTF-32 (utf-32-le)",
    "utf-32-be": "UTF-32 (utf-32-be)",
}
_OLDER = ("mac-roman", "cp850")


@dataclass(frozen=True, slots=True)
class Encoding:
    """How bytes become text: Python's ``name``, and how many bytes of a mark stand before.

    ``through`` is set where UTF-8 was taken for that encoding and written as UTF-8 once more.
    """

    name: str
    skip: int = 0
    through: str = ""

    def decoder(self) -> Decoder:
        """Return what turns the bytes of a file into text, piece by piece."""
        return Decoder(self)


class Decoder:
    """Turns the bytes of a file into text, piece by piece."""

    def __init__(self, encoding: Encoding) -> None:
        self._skip = encoding.skip
        self._outer = codecs.getincrementaldecoder(encoding.name)()
        self._inner = codecs.getincrementaldecoder("utf-8-sig")() if encoding.through else None
        self._through = encoding.through

    def decode(self, data: bytes, final: bool = False) -> str:
        """Return the text of some more bytes.

        Raises:
            UnicodeError: they are not in the encoding.
        """
        if self._skip:
            skipped, self._skip = data[: self._skip], max(self._skip - len(data), 0)
            data = data[len(skipped) :]
        text = self._outer.decode(data, final)
        if self._inner is None:
            return text
        return self._inner.decode(_undone(text, self._through), final)


@dataclass(frozen=True, slots=True)
class Judged:
    """The SHA-256 of a file, its encoding, and what there is to say about it."""

    sha256: str
    encoding: Encoding
    findings: list[Finding] = field(default_factory=list)


def judge(path: Path, named: str | None = None) -> Judged:
    """Find the encoding of a file.

    Args:
        path: the file.
        named: what the user says it is, which is obeyed; by default it is judged by the bytes.

    Raises:
        Fault: the file is not text, not in the encoding that was named, in several, or in none that is known.
        OSError: the file cannot be read.
    """
    digest = hashlib.sha256()
    twice = odd = False
    with path.open("rb") as stream:
        chunk = stream.read(_CHUNK)
        encoding = _first(chunk) if named is None else _named(named, chunk)
        wide = encoding.name.startswith(("utf-16", "utf-32"))
        decoder = encoding.decoder()
        while chunk:
            digest.update(chunk)
            if not wide and b"\x00" in chunk:
                raise (
                    _not_in(path, encoding, named)
                    if named is not None and _first(chunk).name[:5] != "utf-8"
                    else _not_text()
                )
            if not odd:
                try:
                    text = decoder.decode(chunk)
                except UnicodeError:
                    odd = True
                if wide and not odd and "\x00" in text:
                    raise _not_text()
            if not (twice or odd or named is not None or chunk.isascii()):
                twice = _may_be_twice(text)
            chunk = stream.read(_CHUNK)
    if not odd:
        try:
            decoder.decode(b"", final=True)
        except UnicodeError:
            odd = True
    sha256 = digest.hexdigest()
    if not odd:
        if encoding.name in _CALLED and named is None:
            return Judged(sha256, encoding, [_read_as(encoding, _some_word(path, encoding))])
        return _encoded_twice(path, sha256, encoding) if twice else Judged(sha256, encoding)
    if named is not None:
        raise _not_in(path, encoding, named)
    if wide:
        raise _not_in(path, encoding, encoding.name)
    return _old(path, sha256)


def _named(named: str, start: bytes) -> Encoding:
    try:
        "a".encode(named)  # Python knows base64 and the like too, but not as encodings of text
        name = codecs.lookup(named).name
    except (LookupError, UnicodeError):
        raise Fault(
            "unknown-encoding",
            msg("There is no encoding called {encoding}.", encoding=named),
            msg("Use utf-8, cp1252 or another name that Python knows."),
        ) from None
    mark, marked = next(((mark, its) for mark, its in _MARKS if start.startswith(mark)), (b"", ""))
    if name.startswith(("utf-16", "utf-32")):
        if marked == name[:6]:
            return Encoding(marked)
        return Encoding(name if len(name) > 6 else _wide(start, name) or name)
    return Encoding(name, len(mark) if mark == codecs.BOM_UTF8 else 0)


def _first(start: bytes) -> Encoding:
    """What a file says that it is, or is to be tried as first."""
    marked = next((name for mark, name in _MARKS if start.startswith(mark)), None)
    return Encoding(marked or _wide(start) or "utf-8-sig")


def _wide(start: bytes, only: str = "") -> str | None:
    """UTF-16 or UTF-32 without a mark: most characters of a table have a null byte, each at the same place."""
    sample = start[: min(len(start), 4096) & ~3]
    if b"\x00" not in sample:
        return None
    null = [sample[place::4].count(0) / max(len(sample[place::4]), 1) for place in range(4)]
    shapes = {
        "utf-32-le": (null[0] < 0.1, null[1] > 0.7, null[2] > 0.9, null[3] > 0.9),
        "utf-32-be": (null[0] > 0.9, null[1] > 0.9, null[2] > 0.7, null[3] < 0.1),
        "utf-16-le": (null[0] < 0.1, null[1] > 0.7, null[2] < 0.1, null[3] > 0.7),
        "utf-16-be": (null[0] > 0.7, null[1] < 0.1, null[2] > 0.7, null[3] < 0.1),
    }
    return next((name for name, fits in shapes.items() if all(fits) and name.startswith(only)), None)


# --- Encodings before UTF-8 ---


@dataclass(slots=True)
class _Lines:
    """Lines of one sort: how many, and the first of them with a word of each."""

    count: int = 0
    first: list[int] = field(default_factory=list)
    word: str = ""

    def add(self, line: int, word: str) -> None:
        self.count += 1
        if len(self.first) < 6:
            self.first.append(line)
        self.word = self.word or word


def _old(path: Path, sha256: str) -> Judged:
    """Judge a file that is not UTF-8 throughout."""
    words: set[bytes] = set()
    right, wrong, undefined = _Lines(), _Lines(), _Lines()
    marked = False
    for first, data in _pieces(path):
        enough = wrong.count >= _MOST_LINES
        if enough and not any(sign in data for sign in _TELLING):
            continue
        for line, content in _odd_lines(first, data):
            if line == 1 and content.startswith(codecs.BOM_UTF8):
                marked, content = True, content[len(codecs.BOM_UTF8) :]  # noqa: PLW2901
                if content.isascii():
                    continue
            if (said := _said_in_utf8(content)) is not None:
                right.add(line, said)
                continue
            if not enough:
                words.update(_WORDS.findall(content))
            wrong.add(line, wrong.word or _shown(content))
            if not undefined.count and _UNDEFINED.search(content):
                undefined.add(line, _shown(content))
    if right.count:
        raise _mixed(right, wrong)
    best = _most_plausible(words, defined=not undefined.count)
    if best is None:
        raise _unknown(undefined if undefined.count else wrong)
    encoding = Encoding(best, len(codecs.BOM_UTF8) if marked else 0)
    if best != "cp1252":
        different = [word for word in words if _decoded(word, best) != _decoded(word, "cp1252")]
        return Judged(sha256, encoding, [_read_as(encoding, _telling(different, best))])
    if marked:
        return Judged(sha256, encoding, [_marked(_telling(words, best))])
    return Judged(sha256, encoding)


def _most_plausible(words: Collection[bytes], defined: bool) -> str | None:
    """The encoding in which words are French; None if there is none, or if two are as good.

    ``defined`` is whether no byte is one that Windows-1252 leaves undefined.
    """
    usual = "iso8859-15" if _has_new_euro(words) else "cp1252"
    scores = {name: _score_all(words, name) for name in (*((usual,) if defined else ()), *_OLDER)}
    best, second, *_ = sorted(scores, key=lambda name: -scores[name])
    if defined and (scores[best] - scores[usual] < _CLEARLY or scores[usual] >= _PLAUSIBLE):
        return usual if scores[usual] >= _IMPLAUSIBLE else None
    return best if scores[best] >= _PLAUSIBLE and scores[best] - scores[second] >= 1 else None


def _has_new_euro(words: Collection[bytes]) -> bool:
    """Whether the few signs in which ISO-8859-15 differs (€, œ) make sense in it, and none is one of Windows-1252."""
    different = [word for word in words if re.search(rb"[\xa4\xa6\xa8\xb4\xb8\xbc-\xbe]", word)]
    better = sum(_score(_decoded(word, "iso8859-15")) - _score(_decoded(word, "cp1252")) for word in different)
    return better > _CLEARLY * len(different) and not any(re.search(rb"[\x80-\x9f]", word) for word in words)


def _pieces(path: Path) -> Iterator[tuple[int, bytes]]:
    """The whole lines of a file, many at once, with the number of the first; a line without end comes in parts."""
    line, rest = 1, b""
    with path.open("rb") as stream:
        while chunk := stream.read(_PIECE):
            data = rest + chunk
            cut = max(data.rfind(b"\n"), data.rfind(b"\r", 0, len(data) - 1)) + 1
            if not cut and len(data) > 8 * _CHUNK:
                cut = len(data)
            data, rest = data[:cut], data[cut:]
            yield line, data
            line += data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")
    yield line, rest


def _odd_lines(first: int, data: bytes) -> Iterator[tuple[int, bytes]]:
    """The lines with bytes beyond ASCII, with their numbers."""
    if not data.isascii():
        lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        yield from ((number, line) for number, line in enumerate(lines, first) if not line.isascii())


_WORDS = re.compile(rb"[^\s;,|\"()]*[\x80-\xff][^\s;,|\"()]*")
_UNDEFINED = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")  # what Windows-1252 leaves undefined
# What begins the letters and signs of French in UTF-8, and what Windows-1252 leaves undefined.
_TELLING = (b"\xc2", b"\xc3", b"\xc5", b"\xe2\x80", b"\xe2\x82", b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d")


def _said_in_utf8(line: bytes) -> str | None:
    """A word of a line that makes sense in UTF-8 and in nothing else, or None."""
    if not any(sign in line for sign in _TELLING[:5]):
        return None
    try:
        line.decode()
    except UnicodeError:
        return None
    words = _WORDS.findall(line)
    if sum(_score(word.decode()) for word in words) <= sum(_score(_decoded(word, "cp1252")) for word in words):
        return None
    return str(words[0].decode())


def _shown(line: bytes) -> str:
    """What stands around the first byte of a line that is not UTF-8, as Windows-1252 has it."""
    try:
        line.decode()
        place = next(place for place, byte in enumerate(line) if byte > 127)
    except UnicodeDecodeError as error:
        place = error.start
    word = next((found for found in _WORDS.finditer(line) if found.end() > place), None)
    return _decoded(word[0] if word else line[place : place + 20], "cp1252")[:40]


def _decoded(word: bytes, name: str) -> str:
    return word.decode(name, errors="replace")


# --- How French a word is ---

_LETTERS = {
    "é": 8, "è": 6, "à": 6, "ê": 5, "ç": 5, "ù": 4, "â": 4, "î": 4, "ô": 4, "û": 4, "ë": 3, "ï": 3, "œ": 3, "ü": 2,
    "É": 5, "È": 3, "À": 4, "Ê": 3, "Ç": 3, "Î": 3, "Ô": 3, "Œ": 3, "Â": 2, "Ë": 0, "Ï": 0, "Û": 0, "Ù": 0, "Ü": 0,
    "æ": 1, "ÿ": 1,
}  # fmt: skip
_AFTER_OE = {*"uidnsct"}  # œuvre, œil, œdème, œnologie, œsophage, œcuménique, fœtus
_NONSENSE = -4
_IMPLAUSIBLE = -2.0
_PLAUSIBLE = 2.0
_CLEARLY = 3.0
"""By how much more, for a character on average, another encoding must fit than Windows-1252."""


def _score(word: str) -> int:
    """How well the characters beyond ASCII fit a French word: about their frequency, far below 0 for nonsense."""
    return sum(_fits(word, place) for place, sign in enumerate(word) if sign > "\x7f")


def _odd(text: str) -> int:
    """The number of characters beyond ASCII."""
    return sum(sign > "\x7f" for sign in text)


_RUN = re.compile(r"[^\W\d_a-zA-Z]+")


def _fits(word: str, place: int) -> int:
    sign = word[place]
    before, after = word[max(place - 1, 0) : place], word[place + 1 : place + 2]
    if not sign.isalpha() or sign in "ªºƒ" or "\u02b0" <= sign <= "\u036f":
        return _sign_fits(sign, before, after)
    usual = _LETTERS.get(sign)
    if not (before.isalpha() or after.isalpha()):
        return usual if usual and sign in "àÀ" else -1 if usual else _NONSENSE
    run = next(found[0] for found in _RUN.finditer(word) if found.end() > place)
    if len(run) > 2 or (len(run) == 2 and usual is None):
        return _NONSENSE  # no French word has three accents in a row
    if sign.isupper():
        if before.islower() or (before.isupper() and after.islower()):
            return _NONSENSE
        return -1 if usual is None else -2 if sign == "Œ" and after.lower() not in _AFTER_OE else usual
    if usual is None:
        return _NONSENSE if sign > "\u017f" or before.isupper() else 0
    if (sign in "ëïùûü" and not before.isalpha()) or (sign == "œ" and after.lower() not in _AFTER_OE):
        return -2
    return min(usual, 2) if before.isupper() and after.isupper() else usual


def _sign_fits(sign: str, before: str, after: str) -> int:
    within, attached = before.isalpha() and after.isalpha(), before.isalnum() or after.isalnum()
    if sign == "’":
        return 5 if within else 1
    if sign == "·":
        return 3 if within else 0  # les habitant·e·s
    if sign == "°":
        return 4 if before and before in "nN0123456789" else 2 if before.isupper() else 1
    if sign == "€":
        return _NONSENSE if within else 4
    if sign in "\u00a0\u202f":
        return 2
    if sign not in "«»–—…“”‘•²³§×±½¼¾©®™" or within:
        return _NONSENSE
    if (sign in "½¼¾×±”»" and after.isalpha()) or (sign in "“‘«" and before.isalpha()):
        return _NONSENSE
    if sign == "…":
        return 3 if before.isalnum() else 0
    return 1 if attached and sign in "–—" else 2


def _score_all(words: Collection[bytes], name: str) -> float:
    """The score of a character beyond ASCII in different words, on average."""
    texts = [_decoded(word, name) for word in words]
    return sum(map(_score, texts)) / max(sum(map(_odd, texts)), 1)


def _telling(words: Iterable[bytes], name: str) -> str:
    """The word that shows best that an encoding is right: one of letters, and not too long."""
    texts = [_decoded(word, name) for word in words]
    return max(texts, key=lambda text: (text.isalpha(), _score(text) > 0, min(len(text), 12)), default="")[:40]


def _some_word(path: Path, encoding: Encoding) -> str:
    with path.open("rb") as stream:
        text = encoding.decoder().decode(stream.read(_CHUNK))
    odd = re.search(r"\w*[^\x00-\x7f\W]\w*", text) or re.search(r"\w+", text)
    return odd[0][:40] if odd else ""


# --- Encoded twice ---

_THROUGH = ("cp1252", "mac-roman", "cp850")
_LEADS = re.compile("[ÃÂÅâ√¬≈‚├┬┼Ô]")
_TEXTS = re.compile(r"[^ \t;,|\"()]*[^\x00-\x7f][^ \t;,|\"()]*")  # a no-break space may be half of “à”


def _may_be_twice(text: str) -> bool:
    """Whether a text has what begins “é”, “°”, “œ”, “€” and “’” in UTF-8, taken for another encoding."""
    return (
        any(sign in text for sign in "ÃÂÅ‚√├")
        or ("€" in text and "â" in text and "â€" in text)
        or ("Ç" in text and "ÔÇ" in text)
    )


def _undone(text: str, through: str) -> bytes:
    """The bytes that were taken for an encoding; what Windows-1252 leaves undefined was kept as it was.

    Raises:
        UnicodeError: the text does not come from that encoding.
    """
    if through == "cp1252":
        text = text.translate(_KEPT)
        return text.encode("cp1252", errors="surrogateescape")
    return text.encode(through)


_KEPT = {code: 0xDC00 + code for code in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}


def _restored(word: str) -> tuple[str, str] | None:
    """The encoding that a word went through, and the word before."""
    for through in _THROUGH:
        try:
            before = _undone(word, through).decode()
        except UnicodeError:
            continue
        # That it is UTF-8 at all says much: what was no accent before would hardly be.
        usual = _score(before) / max(_odd(before), 1)
        if usual >= max(-1, _score(word) / _odd(word) - 1):
            return through, before
    return None


def _encoded_twice(path: Path, sha256: str, encoding: Encoding) -> Judged:
    """Judge a file in UTF-8 that holds what looks like text that was encoded twice."""
    twice: Counter[str] = Counter()
    lines, plain, before = _Lines(), 0, ""
    for line, content in (odd for piece in _pieces(path) for odd in _odd_lines(*piece)):
        text = content.decode(errors="replace").removeprefix("\ufeff")
        restorable = 0
        for word in _TEXTS.findall(text) if _LEADS.search(text) else ():
            restored = _restored(word)
            if restored is None:
                plain += 1
                continue
            twice[restored[0]] += 1
            before = before or restored[1]
            if not restorable:
                lines.add(line, word)
            restorable += 1
        plain += not (restorable or text.isascii())
    if not twice:
        return Judged(sha256, encoding)
    if not plain and len(twice) == 1:
        found = Correction(
            "encoded-twice",
            msg(
                "The text was encoded twice; it was restored: “{before}” for “{word}”.", before=before, word=lines.word
            ),
            msg("To read it as it is, name its encoding: --encoding utf-8"),
        )
        return Judged(sha256, Encoding("utf-8-sig", through=next(iter(twice))), [Finding(found, value=lines.word)])
    mixed = Correction(
        "encoded-twice",
        msgs(
            "{count} line holds text that was encoded twice: “{word}” is probably “{before}” (line {line}).",
            "{count} lines hold text that was encoded twice: “{word}” is probably “{before}” (line {line}).",
            lines.count,
            word=lines.word,
            before=before,
            line=lines.first[0],
        ),
        msg("Correct it in the file: only a part of it is so, and it was loaded as it is."),
    )
    return Judged(sha256, encoding, [Finding(mixed, lines.first[0], value=lines.word)])


# --- What is said ---


def _called(encoding: Encoding) -> str:
    return _CALLED.get(encoding.name, encoding.name)


def _read_as(encoding: Encoding, word: str) -> Finding:
    found = Correction(
        "encoding-judged",
        msg("The file was read as {encoding}: “{word}”.", encoding=_called(encoding), word=word),
        _name_it(),
    )
    return Finding(found, value=word)


def _name_it() -> Message:
    return msg("If its accents are wrong, name its encoding with --encoding.")


def _marked(word: str) -> Finding:
    found = Correction(
        "encoding-judged",
        msg("The file says that it is UTF-8 and is not; it was read as Windows-1252: “{word}”.", word=word),
        _name_it(),
    )
    return Finding(found, value=word)


def _mixed(right: _Lines, wrong: _Lines) -> Fault:
    few = wrong if wrong.count <= right.count else right
    lines = first_few(list(map(str, few.first)), 5)
    return Fault(
        "mixed-encodings",
        msgs(
            "The file is in UTF-8, but {count} line is not: line {lines}, “{word}”.",
            "The file is in UTF-8, but {count} lines are not: lines {lines}, “{word}”.",
            few.count,
            lines=lines,
            word=few.word,
        )
        if few is wrong
        else msgs(
            "The file is not in UTF-8, but {count} line is: line {lines}, “{word}”.",
            "The file is not in UTF-8, but {count} lines are: lines {lines}, “{word}”.",
            few.count,
            lines=lines,
            word=few.word,
        ),
        msg("Write them anew in a text editor, and save the file as UTF-8."),
    )


def _unknown(odd: _Lines) -> Fault:
    return Fault(
        "wrong-encoding",
        msg(
            "The encoding of the file cannot be told: not UTF-8, and in Windows-1252 line {line} has “{word}”.",
            line=str(odd.first[0]),
            word=odd.word,
        ),
        msg("Save it again as “CSV UTF-8”, or name its encoding with --encoding."),
    )


def _not_in(path: Path, encoding: Encoding, named: str) -> Fault:
    """Say where a file is not in its encoding."""
    line, last, decoder = 1, "", encoding.decoder()
    shown = ""
    with path.open("rb") as stream:
        while True:
            chunk = stream.read(4096)
            kept = decoder
            try:
                text = kept.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                start = bytes(error.object[: error.start])
                line += _breaks(last + start.decode(encoding.name, errors="ignore"))
                shown = " ".join(f"{byte:02X}" for byte in error.object[error.start : error.start + 4])
                break
            except UnicodeError:
                break
            if not chunk:
                break
            text = last + text
            last = "\r" if text.endswith("\r") else ""
            line += _breaks(text[: len(text) - len(last)])
    return Fault(
        "wrong-encoding",
        msg(
            "The file is not in the encoding {encoding}: line {line}, bytes {bytes}.",
            encoding=named,
            line=str(line),
            bytes=shown,
        )
        if shown
        else msg("The file is not in the encoding {encoding}.", encoding=named),
        msg("Leave --encoding out to have it detected, or name the right one."),
    )


def _breaks(text: str) -> int:
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def _not_text() -> Fault:
    return Fault(
        "not-text",
        msg("The file contains null characters: it is not a text file."),
        msg("Save it again as “CSV UTF-8”."),
    )
