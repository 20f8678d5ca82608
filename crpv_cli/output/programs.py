"""Programs of the machine that make what crpv does not make itself: LibreOffice, and a Chromium for pages on paper.

Each works in a private folder with a profile of its own, so that one that is open does not answer in its place and two
commands do not meet; nothing of it is left when it ends, whether it did what it was asked, was too slow or was
interrupted.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

PATIENCE_SECONDS = 300
"""Until a program is given up: its first start makes a profile, and a slow machine has many files to convert."""


def found(names: Iterable[str], places: Iterable[str] = ()) -> str | None:
    """Return the path of the first program that is there: by its name on the path, or where it usually is."""
    on_path = (shutil.which(name) for name in names)
    return next((path for path in on_path if path), next((place for place in places if Path(place).is_file()), None))


def run(command: Sequence[str], folder: Path, patience: int = PATIENCE_SECONDS) -> bool:
    """Run a program to its end, with all that it starts; nothing of it is printed.

    Args:
        command: the program and its arguments.
        folder: a private one, where it keeps what is temporary.
        patience: the seconds after which it is ended.

    Returns:
        Whether it ended by itself, and well.
    """
    kept = {name: str(folder) for name in ("TMPDIR", "TMP", "TEMP", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")}
    try:
        # A session of its own: what it starts is ended with it, and Ctrl-C reaches crpv, which ends it.
        started = subprocess.Popen(  # noqa: S603 - a program of the machine, and files that were just written
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env=os.environ | kept,
            start_new_session=True,
        )
    except OSError:
        return False
    try:
        return started.wait(patience) == 0
    except subprocess.TimeoutExpired:
        return False
    finally:
        _end(started)


def _end(started: subprocess.Popen[bytes]) -> None:
    """End a program and what it started, if any of it is still there."""
    if os.name == "posix":
        with suppress(OSError):
            os.killpg(started.pid, signal.SIGKILL)
    elif started.poll() is None:
        started.kill()
    with suppress(subprocess.TimeoutExpired):
        started.wait(10)
