"""Commands that write, and meet a closed year: they say so, and ask where somebody can answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

import typer

from crpv_cli.language import msg

if TYPE_CHECKING:
    from crpv_cli.registry.closures import ClosedYearProblem


def agreed(problem: ClosedYearProblem) -> bool:
    """Say what is in the way, and ask whether the years are reopened.

    Raises:
        ClosedYearProblem: nobody is there to answer.
    """
    from crpv_cli.output import streams

    if not streams.can_ask():
        raise problem
    streams.insist(problem.message)
    return streams.confirm(problem.question())


def asks_to_reopen(function: Callable[..., None]) -> Callable[..., None]:
    """Let a command with an argument ``reopen`` run once more with it, where closed years stand in its way.

    Raises:
        ClosedYearProblem: nobody is there to answer.
        typer.Exit: the answer is no.
    """

    @wraps(function)
    def run(*arguments: Any, **given: Any) -> None:  # noqa: ANN401 - what the command takes
        from crpv_cli.output import streams
        from crpv_cli.registry.closures import ClosedYearProblem

        try:
            function(*arguments, **given)
        except ClosedYearProblem as problem:
            if not agreed(problem):
                streams.say(msg("Nothing was written."))
                raise typer.Exit(problem.exit_code) from None
        else:
            return
        function(*arguments, **{**given, "reopen": True})

    return run
