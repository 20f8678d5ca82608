"""Standard output is the result and nothing else; standard error is everything else."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from crpv_cli import language
from crpv_cli.errors import CrpvError, FileProblem
from crpv_cli.language import Message, msg

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

PATIENCE_SECONDS = 1.0


class _Before:
    """The encoding of standard output before it was made UTF-8."""

    encoding: str | None = None


def prepare() -> None:
    """Make both streams UTF-8: a redirected stream on Windows is not, and a name with œ must not fail."""
    _Before.encoding = sys.stdout.encoding
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure and (stream.encoding or "").lower().replace("-", "") != "utf8":
            reconfigure(encoding="utf-8", errors="replace")


def on_terminal() -> bool:
    """Whether a terminal reads standard output."""
    return sys.stdout.isatty()


def terminal_width() -> int | None:
    """The width of the terminal that reads standard output, or None if none does: then nothing is cut."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def colour() -> bool:
    """Whether colour is wanted on standard output (https://no-color.org, and a terminal that has some)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def blocks() -> bool:
    """Whether the terminal has the blocks that bars and sparklines are drawn of; the console of Linux has few."""
    try:
        "▁▏█→".encode(_Before.encoding or sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return os.environ.get("TERM") != "linux"


def say(message: Message) -> None:
    """Print a notice for the reader, apart from the result."""
    print(_wrapped(message.text()), file=sys.stderr)


def say_all(messages: Iterable[Message]) -> None:
    """Print several notices."""
    for message in messages:
        say(message)


def can_ask() -> bool:
    """Whether somebody is there to answer."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def confirm(question: Message) -> bool:
    """Ask a question that is answered by yes or no; where nobody can answer, the answer is no."""
    if not can_ask():
        return False
    sys.stderr.write(_wrapped(language.text(language.N_("{question} [y/N]"), question=question)) + " ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().casefold() in {"y", "yes", "o", "oui"}


def fail(error: CrpvError) -> None:
    """Print what is wrong and what to do."""
    label = language.text(language.N_("Error: {message}"), message=error.message)
    print(_wrapped(label), file=sys.stderr)
    if error.advice:
        print(_wrapped(error.advice.text()), file=sys.stderr)


def _wrapped(text: str) -> str:
    """Break a sentence at words on a terminal; a pipe or a file gets it on one line."""
    if not sys.stderr.isatty():
        return text
    import textwrap

    width = max(shutil.get_terminal_size().columns, 20)
    indent = text[: len(text) - len(text.lstrip(" "))]
    return textwrap.fill(text, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def deliver(content: str | bytes, output: Path | None, force: bool, encoding: str = "utf-8") -> None:
    """Put a rendered result on standard output, or into a file.

    Raises:
        FileProblem: the file exists and ``force`` is not given, or it cannot be written.
    """
    if output is not None:
        write_file(content.encode(encoding) if isinstance(content, str) else content, output, force)
        return
    # As bytes: text mode would write other line ends on Windows.
    sys.stdout.flush()
    sys.stdout.buffer.write(content.encode(encoding) if isinstance(content, str) else content)
    sys.stdout.buffer.flush()


def write_file(content: bytes, output: Path, force: bool) -> None:
    """Write a file whole or not at all.

    Raises:
        FileProblem: the file exists and ``force`` is not given, or it cannot be written.
    """
    check_free(output, force)
    import tempfile

    try:
        handle, name = tempfile.mkstemp(prefix=f".{output.name}.", dir=output.parent)
    except OSError as error:
        raise _unwritable(output, error) from error
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        part.chmod(0o666 & ~_umask())  # mkstemp makes it private
        part.replace(output)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise _unwritable(output, error) from error


def make_folder(folder: Path) -> None:
    """Make a folder if it is missing.

    Raises:
        FileProblem: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileProblem(
            msg("The folder {folder} cannot be made: {reason}", folder=folder, reason=error.strerror or str(error)),
            msg("Name another folder."),
        ) from error


def check_free(output: Path, force: bool) -> None:
    """Refuse to write over a file that is there, before any work is done for it.

    Raises:
        FileProblem: the file exists and ``force`` is not given.
    """
    if output.is_dir():
        raise FileProblem(
            msg("{file} is a folder.", file=output),
            msg("Name a file in it, for example: {file}", file=output / "out.csv"),
        )
    if output.exists() and not force:
        raise FileProblem(
            msg("{file} already exists; it was not changed.", file=output),
            msg("Name another file, or overwrite it with --force."),
        )


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _unwritable(output: Path, error: OSError) -> FileProblem:
    return FileProblem(
        msg("{file} cannot be written: {reason}", file=output, reason=error.strerror or str(error)),
        msg("Check that the folder exists and that you may write to it."),
    )


class Bar:
    """Bytes read of all bytes to read; the bar appears after a second."""

    def __init__(self, total: int) -> None:
        self.total = total
        self._done: dict[str, int] = {}
        self._start = time.monotonic()
        self._shown: Progress | None = None
        self._task: TaskID | None = None

    def __call__(self, name: str, done: int) -> None:
        """Count bytes of a file that were read."""
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
