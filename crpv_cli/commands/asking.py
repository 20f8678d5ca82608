"""The one way in which a command asks before it does something."""

from __future__ import annotations

import click

from crpv_cli.errors import UsageProblem
from crpv_cli.language import Message, msg


def confirmed(question: Message, yes: bool) -> None:
    """Ask a question that is answered by yes or no, unless ``yes`` was given.

    Raises:
        UsageProblem: nobody is there to answer.
        click.Abort: the answer is no.
    """
    from crpv_cli.output import streams

    if yes or streams.confirm(question):
        return
    if streams.can_ask():
        raise click.Abort
    raise UsageProblem(msg("There is no terminal to ask for confirmation."), msg("--yes goes on without asking."))
