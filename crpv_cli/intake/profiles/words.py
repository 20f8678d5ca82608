"""Sentences that a profile brings along: a TOML file is no place for our catalogue, so it holds both languages."""

from __future__ import annotations

from dataclasses import dataclass

from crpv_cli.language import Message, current

__all__ = ["Words"]


@dataclass(frozen=True, slots=True)
class Words(Message):
    """A few words in English (the template) and, where they are given, in French."""

    french: str = ""

    def text(self, language: str | None = None) -> str:
        """The words in a language, the reader's by default; in English where there are no others."""
        return self.french if self.french and (language or current()) == "fr" else self.template
