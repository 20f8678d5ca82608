"""A bar on a terminal for what takes more than a second, and nothing anywhere else."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from crpv_cli import language

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

__all__ = ["Bar", "progress"]

PATIENCE_SECONDS = 1.0


class Bar:
    """Bytes read of all bytes to read; the bar appears once a second has gone by."""

    def __init__(self, total: int) -> None:
        self.total = total
        self._done: dict[str, int] = {}
        self._start = time.monotonic()
        self._shown: Progress | None = None
        self._task: TaskID | None = None

    def __call__(self, name: str, done: int) -> None:
        """Tell how many bytes of a file were read."""
        self._done[name] = done
        if self._shown is None:
            if time.monotonic() - self._start < PATIENCE_SECONDS:
                return
            self._show()
        if self._shown is not None and self._task is not None:
            self._shown.update(self._task, completed=sum(self._done.values()))

    def _show(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

        console = Console(file=sys.stderr)
        self._shown = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
        )
        self._shown.start()
        self._task = self._shown.add_task(language.text(language.N_("Reading")), total=self.total)

    def close(self) -> None:
        """Take the bar away."""
        if self._shown is not None:
            self._shown.stop()


@contextmanager
def progress(total: int) -> Iterator[Bar | None]:
    """Show how reading goes on, where standard error is a terminal; None elsewhere: a log keeps no bar."""
    if not sys.stderr.isatty():
        yield None
        return
    bar = Bar(total)
    try:
        yield bar
    finally:
        bar.close()
