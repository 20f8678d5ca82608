"""Standard output is the result and nothing else; standard error is everything else."""

from __future__ import annotations

import errno
import io
import os
import re
import shutil
import stat
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TextIO

from crpv_cli import interrupts, language, publishing
from crpv_cli.errors import FREE_SPACE, CrpvError, ExitCode, FileProblem, is_full
from crpv_cli.language import N_, Message, msg

if TYPE_CHECKING:
    import sqlite3

    from rich.progress import Progress, TaskID

PATIENCE_SECONDS = 1.0


WIDEST = 10_000
"""Nobody has a terminal of more columns; a larger number in COLUMNS is a mistake."""


class NobodyReads(Exception):
    """The reader of a pipe stopped reading: that is no error of ours, and nothing more can be sent to it."""


class _Before:
    """The encoding of standard output before it was made UTF-8."""

    encoding: str | None = None


class Manner:
    """What the reader wants beside the result; each command of a process begins with nothing asked."""

    quiet = False
    """No notices, no progress: what is wrong, and what is asked, is still said."""
    verbose = False
    """What is read, how long each step takes, and the SQL."""
    plain = False
    """No colour."""
    json = False
    """A program reads what is wrong."""
    theme: Path | None = None
    """The style sheet of an agency, for pages."""
    logo: Path | None = None
    """The logo of an agency, for pages and documents."""
    began = 0.0
    """When the command began, by the monotonic clock."""


STANDARD_OUTPUT = Path("-")
"""What ``-o`` takes for standard output."""


def is_standard(output: Path | None) -> bool:
    """Whether a result goes to standard output: nothing else is named, or ``-`` is."""
    return output is None or output == STANDARD_OUTPUT


def prepare() -> None:
    """Make the streams usable, whatever the command was given.

    Both are UTF-8: a redirected stream on Windows is not, and a name with œ must not fail. A stream that was closed is
    there, but fails when it is used, as its descriptor does (``__main__`` sees to that). A pipe that does not wait for
    its reader is made to wait, or it would get half a result.
    """
    Manner.quiet = Manner.verbose = Manner.plain = Manner.json = False
    Manner.theme = Manner.logo = None
    Manner.began = time.monotonic()
    if sys.stdin is None:
        sys.stdin = open(0, closefd=False)  # noqa: SIM115 - as long as the process
    if sys.stdout is None:
        sys.stdout = _Out(open(1, "wb", closefd=False), "utf-8")  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
    _Before.encoding = sys.stdout.encoding
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure and (stream.encoding or "").lower().replace("-", "") != "utf8":
            reconfigure(encoding="utf-8", errors="replace")
        elif reconfigure and stream.errors == "strict":
            reconfigure(errors="backslashreplace")  # the name of a file need not be UTF-8
        with suppress(OSError, ValueError, AttributeError):
            os.set_blocking(stream.fileno(), True)
    if type(sys.stdout) is io.TextIOWrapper:
        sys.stdout = _Out(sys.stdout.buffer, sys.stdout.encoding, sys.stdout.errors, None, sys.stdout.line_buffering)
    for name in ("COLUMNS", "LINES"):
        # Rich believes whatever stands there.
        if not (os.environ.get(name, "").isdecimal() and 0 < int(os.environ[name]) <= WIDEST):
            os.environ.pop(name, None)


class _Out(io.TextIOWrapper):
    """Standard output for Click, which prints help, the version and completion: what fails is an error of ours."""

    def flush(self) -> None:
        with sending():
            super().flush()


@contextmanager
def sending() -> Iterator[None]:
    """Tell what fails on the way to standard output, and only that.

    Raises:
        FileProblem: it cannot be written.
        NobodyReads: it is a pipe whose reader has left.
    """
    try:
        yield
    except BrokenPipeError as error:
        raise NobodyReads from error
    except OSError as error:
        raise _unwritten(error) from error


def finish() -> FileProblem | None:
    """Send what is left, so that Python sends nothing more when it ends.

    Returns:
        Why standard output does not take what was left of the result; None if it does, or if nobody reads it.
    """
    _drain(sys.stderr)
    return _drain(sys.stdout)


def _drain(stream: TextIO) -> FileProblem | None:
    try:
        stream.flush()
    except (FileProblem, NobodyReads, OSError, ValueError) as error:
        # What Python still holds of it goes nowhere: it would be tried again, and complained about, at the end.
        with suppress(FileProblem, NobodyReads, OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)
            stream.flush()
        return error if isinstance(error, FileProblem) else None
    return None


def _unwritten(error: OSError) -> FileProblem:
    if error.errno == errno.EBADF:
        return FileProblem(
            msg("The result cannot be written: standard output is closed."),
            msg("Open it, or write to a file with -o where the command has it."),
        )
    return FileProblem(
        msg("The result cannot be written to standard output: {reason}", reason=error.strerror or str(error)),
        msg(
            FREE_SPACE
            if is_full(error)
            else N_("Send it elsewhere, or write to a file with -o where the command has it.")
        ),
    )


@contextmanager
def telling() -> Iterator[None]:
    """Let what is printed on standard error be passed over where that cannot be written: it is not the result."""
    try:
        yield
    except (OSError, ValueError):
        _drain(sys.stderr)


def on_terminal() -> bool:
    """Whether a terminal reads standard output."""
    return sys.stdout.isatty()


def terminal_width() -> int | None:
    """The width of the terminal that reads standard output, or None if none does: then nothing is cut."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def terminal_height() -> int | None:
    """The height of the terminal that reads standard output, or None if none does."""
    return shutil.get_terminal_size().lines if sys.stdout.isatty() else None


def colour() -> bool:
    """Whether colour is wanted on standard output (https://no-color.org, and a terminal that has some)."""
    if Manner.plain or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return sys.stdout.isatty()


def blocks() -> bool:
    """Whether the terminal has the blocks that bars and sparklines are drawn of; the console of Linux has few."""
    try:
        "▁▏█→".encode(_Before.encoding or sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return os.environ.get("TERM") != "linux"


def say(message: Message) -> None:
    """Print a notice for the reader, apart from the result; where nobody can be told, or wants to be, nobody is."""
    if not Manner.quiet:
        insist(message)


def say_all(messages: Iterable[Message]) -> None:
    """Print several notices."""
    for message in messages:
        say(message)


def insist(message: Message) -> None:
    """Print what is said even to those who want no notices: what is wrong, what a question is about."""
    with telling():
        print(_wrapped(message.text()), file=sys.stderr, flush=True)


def detail(message: Message) -> None:
    """Print what only those want to know who asked for it, with the seconds since the command began."""
    if Manner.verbose:
        with telling():
            print(f"[{time.monotonic() - Manner.began:.3f} s] {message.text()}", file=sys.stderr, flush=True)


@contextmanager
def step(name: Message) -> Iterator[None]:
    """Tell those who want to know how long a part of a command took."""
    began = time.monotonic()
    try:
        yield
    finally:
        detail(
            msg(
                "{step}: {milliseconds} ms",
                step=name,
                milliseconds=round((time.monotonic() - began) * 1000),
            )
        )


def traced(connection: sqlite3.Connection) -> None:
    """Print the SQL that a connection runs, as it is run, for those who want to know."""
    if not Manner.verbose:
        return
    before = ""

    def tell(statement: str) -> None:
        nonlocal before
        shape = _LITERAL.sub("?", statement)
        if shape != before:  # thousands of rows are inserted by one statement
            detail(msg("SQL: {statement}", statement=statement))
        before = shape

    connection.set_trace_callback(tell)


_LITERAL = re.compile(r"'(?:[^']|'')*'|\b\d+(?:\.\d+)?\b|\bNULL\b")


def can_ask() -> bool:
    """Whether somebody is there to answer."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def confirm(question: Message) -> bool:
    """Ask a question that is answered by yes or no; where nobody can answer, or what is typed ends, it is no."""
    if not can_ask():
        return False
    try:
        sys.stderr.write(_wrapped(language.text(language.N_("{question} [y/N]"), question=question)) + " ")
        sys.stderr.flush()
        return sys.stdin.readline().strip().casefold() in {"y", "yes", "o", "oui"}
    except (OSError, UnicodeError):
        return False  # the terminal is gone, or what was typed is no text


def ask(question: Message) -> str | None:
    """Ask for a line; returns what was typed, without blanks around it, or None where nobody answers any more."""
    try:
        sys.stderr.write(_wrapped(question.text()) + " ")
        sys.stderr.flush()
        line = sys.stdin.readline()
    except (OSError, UnicodeError):
        return None
    return line.strip() if line else None


def say_columns(texts: Sequence[str]) -> None:
    """Print short texts side by side, as many as the terminal has room for, in columns that are read downwards."""
    from rich.cells import cell_len

    room = max(shutil.get_terminal_size().columns - 2, 20)
    widest = max(map(cell_len, texts), default=0)
    across = max(min((room + 2) // (widest + 2), len(texts)), 1)
    down = -(-len(texts) // across)
    with telling():
        for row in range(down):
            cells = texts[row::down]
            line = "  ".join(cell + " " * (widest - cell_len(cell)) for cell in cells)
            print(f"  {line.rstrip()}", file=sys.stderr)
        sys.stderr.flush()


def fail(error: CrpvError) -> None:
    """Print what is wrong and what to do."""
    if Manner.json:
        tell_program(error.exit_code, error.message.text("en"), error.advice.text("en") if error.advice else None)
        return
    label = language.text(language.N_("Error: {message}"), message=error.message)
    with telling():
        print(_wrapped(label), file=sys.stderr)
        if error.advice:
            print(_wrapped(error.advice.text()), file=sys.stderr)
        sys.stderr.flush()


def tell_program(code: ExitCode, message: str, advice: str | None = None) -> None:
    """Print what is wrong for a program: one line, the last one, as ``docs/reference/exit-codes.md`` describes it."""
    import json

    told = {"code": code.name.lower(), "exit_code": int(code), "message": message, "advice": advice}
    with telling():
        print(json.dumps({"error": told}, ensure_ascii=False), file=sys.stderr, flush=True)


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
        FileProblem: the file exists and ``force`` is not given, or it or standard output cannot be written.
        NobodyReads: standard output is a pipe whose reader has left.
    """
    # The name of a file in it need not be UTF-8.
    sent = content.encode(encoding, errors="backslashreplace") if isinstance(content, str) else content
    if output is not None and not is_standard(output):
        with step(msg("Written to {file}, {count} bytes", file=output, count=len(sent))):
            write_file(sent, output, force)
        return
    with sending():
        # As bytes: text mode would write other line ends on Windows.
        sys.stdout.flush()
        sys.stdout.buffer.write(sent)
        sys.stdout.buffer.flush()


class Made(dict[Path, bytes | None]):
    """The files that are written for what is to be committed, with what they were: None if there was none."""

    @contextmanager
    def writing(self, file: Path) -> Iterator[None]:
        """Note a file that the block writes, once it is written; a device or a pipe is no file."""
        there, before = os.path.lexists(file), file.read_bytes() if file.is_file() else None
        yield
        if before is not None or not there:
            self[file] = before

    def take_back(self) -> None:
        """Make the files what they were, as far as that can be."""
        for file, before in self.items():
            with suppress(OSError):
                if before is None:
                    file.unlink()
                elif file.read_bytes() != before:
                    with publishing.new_file(file, replace=True) as part:
                        part.write_bytes(before)


@contextmanager
def taken_back() -> Iterator[Made]:
    """Yield the files that were written for what is to be committed: they are what they were if it is not."""
    made = Made()
    try:
        yield made
    except BaseException:
        if interrupts.written() is None:
            made.take_back()
        raise


@contextmanager
def writing(output: Path, force: bool) -> Iterator[BinaryIO]:
    """Open a file that appears whole when the block ends without an error, and otherwise not at all.

    Into a device, a pipe or a stream that is open already, what comes is only written.

    Raises:
        FileProblem: the file exists and ``force`` is not given, or it cannot be written.
        NobodyReads: the reader of the pipe has left.
    """
    check_free(output, force)
    try:
        if (stream := _stream_of(output)) is not None:
            with stream:
                yield stream
            return
        with publishing.new_file(output, replace=force) as part, part.open("wb") as file:
            yield file
    except BrokenPipeError as error:
        raise NobodyReads from error
    except FileExistsError as error:
        raise _taken(output) from error
    except OSError as error:
        raise _unwritable(output, error) from error


def write_file(content: bytes, output: Path, force: bool) -> None:
    """Write a file whole or not at all, as ``writing`` does.

    Raises:
        FileProblem: the file exists and ``force`` is not given, or it cannot be written.
        NobodyReads: the reader of the pipe has left.
    """
    with writing(output, force) as file:
        file.write(content)


def write_folder(contents: Mapping[str, bytes], folder: Path, force: bool) -> None:
    """Write files into a folder, which is made if it is missing: all of them at once, or none.

    Args:
        contents: the files by name.
        folder: where to; what else is in it stays.
        force: whether files that are there are written over.

    Raises:
        FileProblem: one of the files exists and ``force`` is not given, or the folder cannot be made or written.
    """
    for name in contents:
        check_free(folder / name, force)
    with writing_folder(folder, force) as new:
        for name, content in contents.items():
            (new / name).write_bytes(content)


@contextmanager
def writing_folder(folder: Path, force: bool) -> Iterator[Path]:
    """Give a folder to write files to; they appear in ``folder`` all at once when the block ends without an error.

    Raises:
        FileProblem: one of the files exists and ``force`` is not given, or the folder cannot be made or written.
    """
    if not folder.is_dir():
        make_folder(folder.parent)
    try:
        with publishing.new_folder(folder, replace=force) as new:
            yield new
    except FileExistsError as error:
        raise _taken(folder / Path(error.filename or folder).name) from error
    except OSError as error:
        if folder.is_dir():
            raise _unwritable(folder, error) from error
        raise _unmade(folder, error) from error


def make_folder(folder: Path) -> None:
    """Make a folder if it is missing.

    Raises:
        FileProblem: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unmade(folder, error) from error


def check_free(output: Path, force: bool) -> None:
    """Refuse to write over a file that is there, before any work is done for it.

    Raises:
        FileProblem: the file exists and ``force`` is not given, or it cannot be a file.
    """
    if is_standard(output) or _OPEN.fullmatch(str(output)):
        return
    try:
        if not output.exists() and output.is_symlink():
            raise FileProblem(
                msg("{file} is a link to {target}, which is not there.", file=output, target=output.readlink()),
                msg("Check that the disk or share that it leads to is connected, or name another file."),
            )
        kind = stat.S_IFMT(output.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise _unwritable(output, error) from error
    if kind == stat.S_IFDIR:
        raise FileProblem(
            msg("{file} is a folder.", file=output),
            msg("Name a file in it, for example: {file}", file=output / "out.csv"),
        )
    if kind not in {stat.S_IFCHR, stat.S_IFIFO} and not force:
        raise _taken(output)


_OPEN = re.compile(r"/dev/std(?:out|err)|/(?:dev|proc/self)/fd/(\d+)")
"""The names of streams that are open already."""


def _stream_of(output: Path) -> BinaryIO | None:
    """Open what is written into and never replaced: a device, a pipe, a stream that is open already; None for others.

    Raises:
        OSError: it cannot be opened.
    """
    if named := _OPEN.fullmatch(str(output)):
        number = int(named[1]) if named[1] else 1 if output.name == "stdout" else 2
        if sys.stdout:
            sys.stdout.flush()
        return os.fdopen(os.dup(number), "wb")
    try:
        kind = stat.S_IFMT(output.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return None if kind in {stat.S_IFREG, stat.S_IFDIR} else output.open("wb")


def _taken(output: Path) -> FileProblem:
    return FileProblem(
        msg("{file} already exists; it was not changed.", file=output),
        msg("Name another file, or overwrite it with --force."),
    )


def _unwritable(output: Path, error: OSError) -> FileProblem:
    return FileProblem(
        msg("{file} cannot be written: {reason}", file=output, reason=error.strerror or str(error)),
        msg("Check that the folder exists and that you may write to it."),
    )


def _unmade(folder: Path, error: OSError) -> FileProblem:
    return FileProblem(
        msg("The folder {folder} cannot be made: {reason}", folder=folder, reason=error.strerror or str(error)),
        msg("Name another folder."),
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
            with telling():
                self._show()
        if self._shown is not None and self._task is not None:
            self._shown.update(self._task, completed=sum(self._done.values()))

    def _show(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

        console = Console(file=sys.stderr, no_color=Manner.plain or None)
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
        """Take the bar away, and show the cursor again; a terminal that is gone has none."""
        if self._shown is not None:
            with suppress(OSError, ValueError):
                self._shown.stop()
            self._shown = None
        self._start = float("inf")  # it does not come back


@contextmanager
def progress(total: int) -> Iterator[Bar | None]:
    """Show how reading goes on, where standard error is a terminal; None elsewhere: a log keeps no bar."""
    if Manner.quiet or not sys.stderr.isatty():
        yield None
        return
    bar = Bar(total)
    try:
        yield bar
    finally:
        bar.close()
