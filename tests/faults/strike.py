"""Runs ``crpv`` as its console script does, and sends it a signal at a chosen moment (or makes the commit fail).

The moment, the signal and the number of the load that is struck stand in the environment. The moments are those of
SQLite and of the system rather than of the program, as far as that can be: they are there whatever the program does.
"""

from __future__ import annotations

import errno
import os
import signal
import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Any

MOMENT = os.environ["STRIKE"]
SIGNAL = getattr(signal, os.environ.get("STRIKE_SIGNAL", "SIGINT"), None)
LOAD = int(os.environ.get("STRIKE_LOAD", "0"))
struck = False


def strike() -> None:
    """Send the signal, once; when this returns, the handler has run."""
    global struck  # noqa: PLW0603
    if not struck and SIGNAL is not None:
        struck = True
        signal.raise_signal(SIGNAL)


def striking(function: Callable[..., Any], first: bool = False) -> Callable[..., Any]:
    """A function with a strike after it, or before."""

    def run(*given: Any, **more: Any) -> Any:
        if first:
            strike()
        done = function(*given, **more)
        if not first:
            strike()
        return done

    return run


class Struck(sqlite3.Connection):
    """A connection whose commit of the load is struck."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        if MOMENT == "callback":
            self.set_progress_handler(strike, 1000)

    def commit(self) -> None:
        self._commit(super().commit)

    def execute(self, sql: str, *given: Any) -> sqlite3.Cursor:
        if sql == "commit":
            self._commit(lambda: super(Struck, self).execute(sql))
        return super().execute(sql, *given) if sql != "commit" else self.cursor()

    def _commit(self, commit: Callable[[], object]) -> None:
        try:
            ours = super().execute("select 1 from main.loads where id = ?", (LOAD,)).fetchone() is not None
        except sqlite3.OperationalError:
            ours = False
        if ours and MOMENT == "during":
            strike()
        if ours and MOMENT == "full":
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode, error.sqlite_errorname = sqlite3.SQLITE_FULL, "SQLITE_FULL"
            raise error
        if ours and MOMENT == "memory":
            raise MemoryError
        commit()
        if ours and MOMENT == "after":
            strike()


class Late:
    """Strikes while Python ends: after the last thing that the program could do."""

    def __init__(self) -> None:
        self.strike = partial(signal.raise_signal, SIGNAL or signal.SIGINT)  # no name is left to look up by then

    def __del__(self) -> None:
        self.strike()


if __name__ == "__main__":
    sqlite3.connect = partial(sqlite3.connect, factory=Struck)  # type: ignore[assignment]
    from crpv_cli import interrupts, language
    from crpv_cli.__main__ import main

    if MOMENT == "start":
        language.activate = striking(language.activate)
    elif MOMENT == "end":
        late = Late()
    elif MOMENT == "before":
        interrupts.hold = striking(interrupts.hold, first=True)
    elif MOMENT == "settled":
        interrupts.settle = striking(interrupts.settle)
    elif MOMENT == "refused":
        from crpv_cli.output import streams

        streams.write_file = striking(streams.write_file)
    elif MOMENT == "pipe":

        def break_() -> None:
            raise BrokenPipeError(errno.EPIPE, "Broken pipe")

        interrupts.will_write = break_
    elif MOMENT == "telling":
        from crpv_cli.output import loads

        def fail(*_given: object) -> None:
            raise RuntimeError("no words")

        loads.tell_load = fail  # type: ignore[assignment]
    elif MOMENT == "tidying":
        import getpass
        import sys

        class Tidied:
            """What is raised while Python takes it away is passed over."""

            def __del__(self) -> None:
                strike()

        def user() -> str:
            Tidied()
            return "somebody"

        sys.unraisablehook = lambda _what: None
        getpass.getuser = user
    elif MOMENT == "bar":
        from crpv_cli.output import streams

        streams.PATIENCE_SECONDS = 0.0
        streams.Bar._show = striking(streams.Bar._show)  # type: ignore[method-assign]
    main()
