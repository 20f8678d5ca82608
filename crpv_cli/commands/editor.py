"""The user's editor, and the file that it is given: in a private folder that stays for as long as it is needed."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from crpv_cli import publishing
from crpv_cli.errors import CrpvError, FileProblem, UsageProblem
from crpv_cli.language import Message, msg

_AT_ONCE_SECONDS = 1.0
_HANDED_OUT = ".handed-out"  # the SHA-256 of what the editor was given


def named_editor() -> str | None:
    """Return the command that VISUAL or EDITOR names, if one does."""
    return next((value for name in ("VISUAL", "EDITOR") if (value := os.environ.get(name, "")).strip()), None)


class EditedFile:
    """A file for the editor, ``TABLE.csv``: what it was, and what is in it now.

    ``at_once`` says that the editor ended before anybody can have typed anything: its window may be open still.
    """

    def __init__(self, folder: Path, scratch: Path, name: str, original: bytes) -> None:
        self.folder = folder
        self.path = folder / name
        self.original = original
        self.kept = False
        self.at_once = False
        self._left_open = False
        self._read = scratch / name
        (folder / _HANDED_OUT).write_text(sha256(original).hexdigest(), encoding="ascii")
        self.path.write_bytes(original)

    def open(self, table: str) -> Path | None:
        """Let the user edit the file; returns a copy that nobody writes to any more, or None if nothing was changed.

        A file that was removed or emptied is handed out anew.

        Raises:
            UsageProblem: what VISUAL or EDITOR names is no command.
            FileProblem: the editor cannot be started or fails, or the file is not there any more.
        """
        if not self.path.is_file() or _is_blank(self.path.read_bytes()):
            self.path.write_bytes(self.original)
        began = time.monotonic()
        try:
            _run(_command(), self.path, table)
        except CrpvError:
            raise
        except BaseException:
            self._left_open = True  # crpv is stopped, and the editor may go on
            raise
        self.at_once = time.monotonic() - began < _AT_ONCE_SECONDS
        content = self._content()
        if content == self.original:
            return None
        self._read.write_bytes(content)
        return self._read

    def is_typed(self) -> bool:
        """Whether the folder holds anything that was not handed out; a backup of the editor's may be all there is."""
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return bool(self._others())
        except OSError:
            return True
        return content != self.original and not _is_blank(content)

    def leave(self) -> None:
        """Let the folder stay until the next edit, which looks whether anything was typed by then."""
        self.kept = True

    def keep(self) -> Message:
        """Let the folder stay; returns what says so."""
        self.kept = True
        return _kept(self.folder, self.path)

    def keep_or_remove(self, failed: bool) -> Message | None:
        """Let the folder stay if something was typed, be it in a file of a failed editor's own, or still may be."""
        return self.keep() if self._left_open or self.is_typed() or (failed and self._others()) else None

    def _content(self) -> bytes:
        if self.path.is_file():
            try:
                return self.path.read_bytes()
            except OSError as error:
                raise FileProblem(
                    msg("{file} cannot be read: {reason}", file=self.path, reason=error.strerror or str(error)),
                    msg("Check that it exists and that you may read it."),
                ) from error
        if others := self._others():
            raise FileProblem(
                msg("The editor left no {file}, but other files: {others}.", file=self.path.name, others=others),
                msg("Save it under the name under which it was opened."),
            )
        raise FileProblem(
            msg("The editor removed {file}: nothing was changed, and no row was removed.", file=self.path.name),
            msg("To remove rows, delete their lines and leave the header."),
        )

    def _others(self) -> list[str]:
        return sorted(entry.name for entry in self.folder.iterdir() if entry.name not in {self.path.name, _HANDED_OUT})


def _kept(folder: Path, file: Path) -> Message:
    with suppress(OSError):
        (folder / _HANDED_OUT).unlink()
    return msg("What you typed is kept in {file}", file=file if file.exists() else folder)


def _is_blank(content: bytes) -> bool:
    return not content.removeprefix(b"\xef\xbb\xbf").replace(b"\x00", b"").strip()


@contextmanager
def edited_file(name: str, original: bytes) -> Iterator[EditedFile]:
    """Give a file to edit in a folder that only its owner can read; it is removed at the end unless it was kept.

    The folder is where the user's data is, so that what is kept outlasts a restart.

    Raises:
        FileProblem: there is no place for it.
    """
    with ExitStack() as opened:
        try:
            folder, scratch = _folder(Path(name).stem, opened)
            file = EditedFile(folder, scratch, name, original)
        except OSError as error:
            raise FileProblem(
                msg("There is no place for the file to edit: {reason}", reason=error.strerror or str(error)),
                msg("Check that your data folder, or the folder for temporary files, can be written."),
            ) from error
        try:
            yield file
        finally:
            if not file.kept:
                shutil.rmtree(folder, ignore_errors=True)


def _folder(stem: str, opened: ExitStack) -> tuple[Path, Path]:
    """Make the folder, and a scratch folder of its name, which is there for as long as the folder is in use."""
    import tempfile

    import platformdirs

    place = platformdirs.user_data_path("crpv", appauthor=False) / "edits"
    now = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{stem}-{now}-{os.urandom(3).hex()}"
        scratch = opened.enter_context(publishing.workplace(place, name))
    except OSError:
        scratch = opened.enter_context(publishing.temporary(stem))
        return Path(tempfile.mkdtemp(prefix=f"crpv-{stem}-{now}-")), scratch
    folder = place / name
    folder.mkdir(mode=0o700)
    return folder, scratch


def cut_off() -> Iterator[Message]:
    """Find what edits that were killed left behind: yields where something was typed, and removes the rest."""
    import platformdirs

    place = platformdirs.user_data_path("crpv", appauthor=False) / "edits"
    with suppress(OSError):
        publishing.sweep(place)
        for mark in sorted(place.glob(f"*/{_HANDED_OUT}")):
            folder = mark.parent
            if any(place.glob(f".{folder.name}.*{publishing.SUFFIX}")):
                continue  # open in another terminal
            files = [entry for entry in folder.iterdir() if entry != mark]
            digest = mark.read_text(encoding="ascii")
            if all(sha256(file.read_bytes()).hexdigest() == digest for file in files):
                shutil.rmtree(folder, ignore_errors=True)
            else:
                kept = _kept(folder, files[0] if len(files) == 1 else folder)
                yield msg("An earlier edit was cut off. {kept}", kept=kept)


def _command() -> list[str]:
    named = named_editor()
    if named is None:
        if sys.platform == "win32":
            return ["notepad"]
        return [next((name for name in ("sensible-editor", "vim", "nano") if shutil.which(name)), "vi")]
    try:
        return shlex.split(named)
    except ValueError as error:
        raise UsageProblem(
            msg("“{editor}” cannot be read as a command.", editor=named),
            msg("Check the quotation marks and backslashes in VISUAL or EDITOR."),
        ) from error


def _run(command: Sequence[str], path: Path, table: str) -> None:
    """Run the editor until it ends, however long that takes; no lock is held meanwhile.

    Raises:
        FileProblem: it cannot be started, or it fails.
    """
    editor = shlex.join(command)
    try:
        with _ctrl_c_is_the_editors():
            code = subprocess.Popen([*command, str(path)]).wait()  # noqa: S603 - the user's own
    except OSError as error:
        raise FileProblem(
            msg(
                "The editor cannot be started: {reason}",
                reason=Message("{editor}: {reason}", {"editor": editor, "reason": error.strerror or str(error)}),
            ),
            msg("Set EDITOR to one that is installed: EDITOR=nano crpv edit {table}", table=table),
        ) from error
    if code < 0:
        raise FileProblem(
            msg("The editor was killed: {editor} ({signal}).", editor=editor, signal=_signal(-code)),
            msg("What it did not save may be in a file of its own beside the one that it edited."),
        )
    if code > 0:
        raise FileProblem(
            msg("The editor failed: {editor} ended with code {code}.", editor=editor, code=str(code)),
            msg("To load what you typed, end the editor without an error."),
        )


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


@contextmanager
def _ctrl_c_is_the_editors() -> Iterator[None]:
    """Leave Ctrl-C to the editor, which knows what it means there; the program waits for it to end."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, lambda *_: None)  # a function, not SIG_IGN, which the editor would inherit
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
