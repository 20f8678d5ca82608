"""Two spellings are the same word if they fold to the same text; similar ones can be suggested."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_LIGATURES = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ß": "ss", "’": "'"})


def fold(text: str) -> str:
    """Return a text without case, accents and punctuation, its words separated by one space.

    ``Valid_From``, ``valid from`` and ``VALID-FROM`` fold to the same text, and so do ``Évry`` and ``evry``.
    """
    decomposed = unicodedata.normalize("NFKD", text.translate(_LIGATURES))
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return re.sub(r"[\W_]+", " ", bare.casefold()).strip()


def closest(value: str, known: Iterable[str], most: int = 3) -> list[str]:
    """Return the known words most similar to a value, most similar first, or none."""
    import difflib

    by_fold = {fold(word): word for word in known}
    return [by_fold[near] for near in difflib.get_close_matches(fold(value), by_fold, n=most, cutoff=0.6)]
