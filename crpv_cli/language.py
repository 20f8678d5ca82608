"""English or French: every sentence a person reads, and the format of numbers, money and dates.

Sentences are written in English where they are used and translated through gettext (domain ``crpv``,
catalogue in ``locale/``), Click's and Typer's own words included. Machine formats use none of this.
Babel formats numbers too, but importing it takes as long as half a command: two languages fit on a page.
"""

from __future__ import annotations

import gettext
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

LANGUAGES = ("en", "fr")
DOMAIN = "crpv"
CATALOGUES = Path(__file__).with_name("locale")

# Unicode CLDR: narrow no-break space between groups and before the per cent sign, no-break space before €.
_GROUP_FR, _EURO_FR = "\u202f", "\u00a0"


class _State:
    language = "en"


_catalogues: dict[str, gettext.NullTranslations] = {"en": gettext.NullTranslations()}


def N_(message: str) -> str:
    """Mark a sentence for translation without translating it yet."""
    return message


def choose(environ: Mapping[str, str]) -> str:
    """Return the reader's language, "fr" or "en".

    ``CRPV_LANG`` decides; then the locale, in POSIX order: LC_ALL, LC_MESSAGES, LANG (with LANGUAGE
    before them where the locale is not C, as in GNU gettext).
    """
    asked = environ.get("CRPV_LANG", "").strip().lower()
    if asked:
        return "fr" if asked.startswith("fr") else "en"
    locale = environ.get("LC_ALL") or environ.get("LC_MESSAGES") or environ.get("LANG") or ""
    if locale and locale.split(".")[0] not in {"C", "POSIX"}:
        locale = (environ.get("LANGUAGE") or locale).split(":")[0]
    return "fr" if locale.lower().startswith("fr") else "en"


def activate(language: str | None = None) -> None:
    """Use a language from now on in this process, by default that of the environment."""
    _State.language = language or choose(os.environ)
    if _State.language == "fr":
        # Click calls gettext.gettext directly: the documented way to reach it is the process's domain,
        # and the language of a domain is read from the environment at each call.
        os.environ["LANGUAGE"] = "fr"
        gettext.bindtextdomain(DOMAIN, CATALOGUES)
        gettext.textdomain(DOMAIN)
    else:
        gettext.textdomain("messages")


def current() -> str:
    """The language in use: "en" or "fr"."""
    return _State.language


def _catalogue(language: str) -> gettext.NullTranslations:
    if language not in _catalogues:
        _catalogues[language] = gettext.translation(DOMAIN, CATALOGUES, [language], fallback=True)
    return _catalogues[language]


def translate(message: str, language: str | None = None) -> str:
    """Return a sentence marked with ``N_`` in a language, the reader's by default."""
    if not message:
        return message  # gettext answers the empty string with the catalogue's header
    return _catalogue(language or _State.language).gettext(message)


@dataclass(frozen=True, slots=True)
class Share:
    """A share, shown as a percentage; a change is signed, so that a rise is visible."""

    value: float
    digits: int = 1
    signed: bool = False


@dataclass(frozen=True, slots=True)
class Euros:
    """An amount in centimes, shown in euros."""

    centimes: int


@dataclass(frozen=True, slots=True)
class Day:
    """An ISO date, shown as the reader writes dates; with ``full``, in words: 17 October 2023."""

    iso: str
    full: bool = False


STABLE = "C"
"""The language of machine formats: English, in which a ``Term`` is its name."""


class Term(str):
    """A stable name, of a table or a column: a text like others, that people read as its label."""

    __slots__ = ("label",)
    label: str

    def __new__(cls, name: str, label: str) -> Term:
        """Make it of the name and the label (a message id)."""
        term = super().__new__(cls, name)
        term.label = label
        return term


@dataclass(frozen=True, slots=True)
class Typed:
    """What people may type for something: its stable name in English, its label (a message id) as a word in French."""

    code: str
    label: str

    def text(self, language: str | None = None) -> str:
        """The word in a language, the reader's by default."""
        language = language or _State.language
        if language == "en" or not self.label:
            return self.code
        return re.sub(r"[\W_]+", "-", translate(self.label, language).lower()).strip("-")


@dataclass(frozen=True, slots=True)
class Named:
    """A name that French puts an article before, such as “la ” before Haute-Marne; English has none."""

    name: str
    article: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence and the values in it, kept separate until somebody reads it in a language.

    Integers, ``Share``, ``Euros`` and ``Day`` values are formatted for the language; lists are joined by commas; other
    values stay as they are, except that a ``reason`` is an English error of the system, SQLite or Python, and is
    translated if it is known. With ``plural``, ``count`` decides which sentence is used.
    """

    template: str
    values: Mapping[str, object] = field(default_factory=dict)
    plural: str = ""
    count: int = 0

    def text(self, language: str | None = None) -> str:
        """The sentence in a language, the reader's by default."""
        language = language or _State.language
        template = (
            _catalogue(language).ngettext(self.template, self.plural, self.count)
            if self.plural
            else translate(self.template, language)
        )
        if not self.values:
            return template
        values = {name: show(value, language) for name, value in self.values.items()}
        if "reason" in values:
            values["reason"] = _reason(values["reason"], language)
        return template.format(**values)


# The errors of the system, SQLite and the csv module: none of them uses our catalogue.
_REASONS = (
    N_("Bad file descriptor"),
    N_("Broken pipe"),
    N_("Device or resource busy"),
    N_("Directory not empty"),
    N_("Disk quota exceeded"),
    N_("File exists"),
    N_("File name too long"),
    N_("File too large"),
    N_("Input/output error"),
    N_("Invalid argument"),
    N_("Is a directory"),
    N_("No space left on device"),
    N_("No such device or address"),
    N_("No such file or directory"),
    N_("Not a directory"),
    N_("Operation not permitted"),
    N_("Permission denied"),
    N_("Read-only file system"),
    N_("Resource temporarily unavailable"),
    N_("Too many levels of symbolic links"),
    N_("Too many open files"),
    N_("[Errno {number}] {error}: {file}"),
    N_("CHECK constraint failed: {what}"),
    N_("FOREIGN KEY constraint failed"),
    N_("NOT NULL constraint failed: {what}"),
    N_("UNIQUE constraint failed: {what}"),
    N_("You did not supply a value for binding parameter {what}."),
    N_("ambiguous column name: {what}"),
    N_("attempt to write a readonly database"),
    N_("database disk image is malformed"),
    N_("database or disk is full"),
    N_("disk I/O error"),
    N_("file is not a database"),
    N_("incomplete input"),
    N_("misuse of aggregate: {what}"),
    N_("near {what}: syntax error"),
    N_("no such column: {what}"),
    N_("no such function: {what}"),
    N_("no such table: {what}"),
    N_("unable to open database file"),
    N_("unrecognized token: {what}"),
    N_("wrong number of arguments to function {what}"),
    N_("field larger than field limit ({what})"),
    N_("unexpected end of data"),
    N_("{what} (at line {line}, column {column})"),
    N_("{what} (at end of document)"),
    N_("Invalid value"),
    N_("Invalid statement"),
    N_("Unclosed array"),
    N_("Unterminated string"),
    N_("Cannot overwrite a value"),
    N_("Cannot declare {what} twice"),
    N_("Expected '=' after a key in a key/value pair"),
    N_("Expected newline or end of document after a statement"),
    N_("{delimiter} expected after {quote}"),
)


def _reason(said: str, language: str) -> str:
    """Translate an error of the system, SQLite or Python; an unknown one stays as it is."""
    if language == "en":
        return said
    for template in _REASONS:
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+)", re.escape(template))
        if match := re.fullmatch(pattern, said):
            values = {name: _reason(value, language) for name, value in match.groupdict().items()}
            return translate(template, language).format(**values)
    return said


def msg(template: str, /, **values: object) -> Message:
    """Make a ``Message``; the catalogue's extraction finds the sentence by this name."""
    return Message(template, values)


def msgs(singular: str, plural: str, count: int, /, **values: object) -> Message:
    """Make a ``Message`` with a singular and a plural; both can use ``{count}``."""
    return Message(singular, {"count": count, **values}, plural, count)


def text(template: str, /, **values: object) -> str:
    """Return a sentence in the reader's language."""
    return msg(template, **values).text()


def show(value: object, language: str | None = None) -> str:
    """Format one value of a sentence for a language."""
    language = language or _State.language
    setters: dict[type, Callable[..., str]] = {
        int: number,
        float: decimal,
    }
    if isinstance(value, Message | Typed):
        return value.text(language)
    if isinstance(value, Share):
        sign = "+" if value.signed and value.value > 0 else ""
        return sign + percent(value.value, language, value.digits)
    if isinstance(value, Euros):
        return money(value.centimes, language)
    if isinstance(value, Day):
        return date_in_words(value.iso, language) if value.full else date(value.iso, language)
    if isinstance(value, Term):
        return str(value) if language == STABLE else literal(translate(value.label, language))
    if isinstance(value, Named):
        return literal((value.article if language == "fr" else "") + value.name)
    setter = setters.get(type(value))
    if setter:
        return setter(value, language)
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ", ".join(show(item, language) for item in value)
    return literal(str(value))


def listed(values: Sequence[object]) -> Message:
    """Join values as a sentence does: A; A and B; A, B and C."""
    if len(values) < 2:
        return Message("{text}", {"text": values[0] if values else ""})
    return msg("{several} and {last}", several=list(values[:-1]), last=values[-1])


# What a terminal or a browser obeys instead of showing: control characters except line feeds and tabs, and the marks
# that change the direction of the text after them.
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufffe\uffff]")


def first_few(values: Sequence[object], most: int) -> list[object]:
    """The first of some values, and a sign if there are more."""
    return [*values[:most], *(["…"] if len(values) > most else [])]


def of_rows(message: Message, rows: int) -> Message:
    """What is said of a row, and of how many more rows it is true: ``rows`` is the number of all of them."""
    if rows < 2:
        return message
    return msgs(
        "{first} The same goes for {count} more row.",
        "{first} The same goes for {count} more rows.",
        rows - 1,
        first=message,
    )


def shape(message: Message) -> tuple[object, ...]:
    """What a sentence is without its values: equal for two that say the same of different things."""
    return (
        message.template,
        *(shape(value) if isinstance(value, Message) else None for value in message.values.values()),
    )


def in_common(messages: Sequence[Message]) -> Message:
    """Return what sentences of one ``shape`` have in common: a value in which they differ becomes an ellipsis."""
    first, values = messages[0], {}
    for name, value in first.values.items():
        every = [message.values[name] for message in messages]
        nested = [one for one in every if isinstance(one, Message)]
        same = all(one == value for one in every)
        values[name] = value if same else in_common(nested) if len(nested) == len(every) else "…"
    return Message(first.template, values, first.plural, first.count)


def literal(text: str) -> str:
    """Return a text with a visible sign for each character that would be obeyed: ␛ for escape, ⟨U+202E⟩."""
    return _OBEYED.sub(_sign, text)


def decoded(text: str) -> str:
    r"""Return a text in which the bytes that are no UTF-8, in the name of a file or of a user, are written as \xff."""
    return text.encode(errors="surrogateescape").decode(errors="backslashreplace")


def _sign(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(0x2400 + code)  # the pictures of the control characters
    return "\u2421" if code == 0x7F else f"⟨U+{code:04X}⟩"


def number(value: int, language: str | None = None) -> str:
    """Format an integer with groups of thousands: 4,954,720 or 4 954 720."""
    grouped = f"{value:,}"
    return grouped.replace(",", _GROUP_FR) if (language or _State.language) == "fr" else grouped


def decimal(value: float, language: str | None = None, digits: int | None = None) -> str:
    """Format a decimal number, by default with no more digits than it needs."""
    plain = f"{value:,.{digits}f}" if digits is not None else f"{value:,.10g}"
    if (language or _State.language) != "fr":
        return plain
    whole, point, fraction = plain.partition(".")
    return whole.replace(",", _GROUP_FR) + ("," if point else "") + fraction


def money(centimes: int, language: str | None = None, cents: bool = False) -> str:
    """Format an amount in centimes: €1,234.50 or 1 234,50 €; whole euros have no cents unless asked for."""
    language = language or _State.language
    digits = 2 if cents or centimes % 100 else 0
    amount = decimal(abs(centimes) / 100, language, digits)
    sign = "-" if centimes < 0 else ""
    return f"{sign}{amount}{_EURO_FR}€" if language == "fr" else f"{sign}€{amount}"


def percent(share: float, language: str | None = None, digits: int = 1) -> str:
    """Format a share between 0 and 1: 87.9% or 87,9 %."""
    language = language or _State.language
    plain = decimal(share * 100, language, digits)
    return f"{plain}{_GROUP_FR}%" if language == "fr" else f"{plain}%"


def date(iso: str, language: str | None = None) -> str:
    """Format an ISO date, whole or partial (2023-10-17, 2023-10, 2023) or with its time, as the reader writes dates."""
    day, _, time = iso.partition("T")
    if (language or _State.language) == "fr":
        day = "/".join(reversed(day.split("-")))
    return f"{day} {time[:5]}" if time else day


_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
}


def date_in_words(iso: str, language: str | None = None) -> str:
    """Write out an ISO date, whole or partial, as it stands in a sentence: 17 October 2023, 1er mai 2024, mai 2024."""
    language = language or _State.language
    year, *others = iso.partition("T")[0].split("-")
    if not others:
        return year
    month = _MONTHS.get(language, _MONTHS["en"]).split()[int(others[0]) - 1]
    day = [str(int(others[1]))] if len(others) > 1 else []
    if language == "fr" and day == ["1"]:
        day = ["1er"]
    return " ".join([*day, month, year])
