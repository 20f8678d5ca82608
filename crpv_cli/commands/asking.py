"""Asking before something is removed or replaced."""

from __future__ import annotations

import typer

from crpv_cli.errors import ExitCode, UsageProblem
from crpv_cli.language import Message, msg
from crpv_cli.output import streams


def yes_option(help_: str) -> typer.models.OptionInfo:
    """Return the option that answers the question of a command by yes."""
    return typer.Option("--yes", "-y", help=help_)  # type: ignore[no-any-return]


def confirmed(question: Message, yes: bool) -> None:
    """Ask a question on a terminal, and go on if the answer is yes.

    Args:
        question: what is about to happen.
        yes: it is agreed to already, with ``--yes``.

    Raises:
        UsageProblem: nobody is there to answer.
        typer.Exit: the answer is no.
    """
    if yes:
        return
    if not streams.can_ask():
        raise UsageProblem(
            msg("This asks for confirmation, and there is no terminal to ask: {question}", question=question),
            msg("Nothing was written; --yes answers yes."),
        )
    if not streams.confirm(question):
        streams.insist(msg("Nothing was written."))
        raise typer.Exit(ExitCode.DONE)
