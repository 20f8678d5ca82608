"""What a signal that asks a command to end does: Ctrl-C, ``kill``, the end of a session.

Before the command runs nothing is open yet, and the process ends at once. While it runs, a signal raises
``Interrupted``, and what is open is closed and cleaned up on the way out. From a commit to its verdict a signal is only
remembered: what is written is written, and the reader is told. This module imports next to nothing, since it is there
before anything else is.
"""

from __future__ import annotations

import os
import signal
import time

SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
PATIENCE_SECONDS = 1.0
"""How long cleaning up goes on undisturbed: only a signal that comes later interrupts it too."""


class Interrupted(BaseException):
    """A signal came; the exit code is the one that a shell gives to it."""

    def __init__(self, signum: int) -> None:
        super().__init__(signum)
        self.exit_code = 128 + signum


class Written:
    """What a command has written for good: the number of the load, if it is one, and the exit code that stands."""

    def __init__(self, load: int | None, code: int) -> None:
        self.load = load
        self.code = code


class _State:
    word = "Interrupted."
    taken: tuple[int, ...] = ()
    running = False
    held = False
    writing = False
    came: int | None = None
    raised: float | None = None  # when, by the monotonic clock
    written: Written | None = None


def install() -> None:
    """Take over the signals, except those that are ignored already: by ``nohup``, or in a shell's background jobs."""
    for name in SIGNALS:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _handle)
            _State.taken += (number,)


def ignore() -> None:
    """All is told: what comes now comes too late. Python puts back what ends a process while it ends itself."""
    for number in _State.taken:
        signal.signal(number, signal.SIG_IGN)


def name(word: str) -> None:
    """Say in which word an end before the command runs is told."""
    _State.word = word


def start() -> None:
    """A command begins: from now on signals are raised, and nothing is written yet."""
    _State.came = _State.raised = _State.written = None
    _State.held = _State.writing = False
    _State.running = True


def _handle(signum: int, _frame: object) -> None:
    if not _State.running:
        try:
            os.write(2, f"{_State.word}\n".encode())
        finally:
            os._exit(128 + signum)
    if _State.came is None:
        _State.came = signum
    if _State.held:
        return
    now = time.monotonic()
    if _State.raised is not None and now - _State.raised < PATIENCE_SECONDS:
        return
    _State.raised = now
    raise Interrupted(signum)


def came() -> Interrupted | None:
    """The signal that came first, if any did: also where a library made another error of what was raised."""
    return None if _State.came is None else Interrupted(_State.came)


def passed_over() -> Interrupted | None:
    """The signal that was raised and did not end the command: Python passes over what is raised while it tidies up."""
    return None if _State.raised is None else came()


def will_write() -> None:
    """The command may write to a registry: if it is interrupted before it has, that is said."""
    _State.writing = True


def wrote_nothing() -> bool:
    """Whether the command would have written to a registry, and has not."""
    return _State.writing and _State.written is None


def hold() -> None:
    """Remember signals from now on instead of raising them."""
    _State.held = True


def settle(load: int | None, code: int = 0) -> None:
    """What the command was to write is in, and stays in: nothing that follows changes its exit code.

    Args:
        load: the number of the load, None if something else than a load was written.
        code: the exit code of the command, whatever can be told of it.
    """
    _State.written = Written(load, code)


def written() -> Written | None:
    """What was written for good since the command began, or since ``release``."""
    return _State.written


def release() -> None:
    """Raise signals again, at once the one that came in the meantime: what was written before has been told.

    Raises:
        Interrupted: a signal came since ``hold``.
    """
    _State.held = False
    _State.written = None
    if _State.came is not None and _State.raised is None:
        _State.raised = time.monotonic()
        raise Interrupted(_State.came)


class Held:
    """A few lines during which signals wait; they are raised after these, unless they have to wait for longer."""

    def __enter__(self) -> None:
        self._before = _State.held
        _State.held = True

    def __exit__(self, *_raised: object) -> None:
        if not self._before:
            release()
