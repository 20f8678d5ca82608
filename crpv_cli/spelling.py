"""Two spellings are the same word if they fold to the same text; similar ones can be suggested."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_LIGATURES = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ß": "ss", "’": "'"})


_NO_WORD = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """Return a text without case, accents and punctuation, its words separated by one space.

    ``Valid_From``, ``valid from`` and ``VALID-FROM`` fold to the same text, and so do ``Évry`` and ``evry``.
    """
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text.translate(_LIGATURES))
        text = "".join(character for character in decomposed if not unicodedata.combining(character))
    return _NO_WORD.sub(" ", text.casefold()).strip()


# What a Mac, a word processor or a web page writes in the place of what a keyboard has.
_TYPED = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201b\u02bc\u00b4\u2032`", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb\u2033", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad", ""),
        "\u2026": "...",
    }
)


def typed(text: str) -> str:
    """Return a text as a keyboard writes it: one kind of apostrophe, quotation mark, hyphen and blank, letters in NFC.

    Two texts that are typed alike say the same, whatever program they went through.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).translate(_TYPED)
    return " ".join(text.split())


def singular(text: str) -> str:
    """Return a folded text whose words have lost the s or x of a plural; codes and short words stay as they are."""
    return " ".join(
        word[:-1] if len(word) > 3 and word[-1] in "sx" and word.isalpha() else word for word in fold(text).split()
    )


def stem(text: str) -> str:
    """Return a folded text whose words are alike in singular and plural, in French and English.

    ``régionaux`` is ``régional`` and ``categories`` ``category``; what it gives is compared, and never shown.
    """
    return " ".join(
        word[:-1] + "l" if word.endswith("au") and not word.endswith("eau") else re.sub("ie$", "y", word)
        for word in singular(text).split()
    )


def closest(value: str, known: Iterable[str], most: int = 3) -> list[str]:
    """Return the known words most similar to a value, most similar first, or none."""
    import difflib

    by_fold = {fold(word): word for word in known}
    return [by_fold[near] for near in difflib.get_close_matches(fold(value), by_fold, n=most, cutoff=0.6)]
