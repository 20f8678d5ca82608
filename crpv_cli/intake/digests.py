"""The SHA-256 of files: by it the registry knows which files were loaded. It imports nothing that reads them."""

from __future__ import annotations

import hashlib
import sys
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from crpv_cli.errors import FileProblem
from crpv_cli.language import msg


def refuse_device(path: Path) -> None:
    """Refuse what is read without an end, such as ``/dev/zero``, or is a disk.

    Raises:
        FileProblem: it is a device.
    """
    with suppress(OSError):
        if path.is_char_device() or path.is_block_device():
            raise FileProblem(
                msg("{file} is a device, not a file.", file=path),
                msg("Name a file, or send one to standard input, as in: crpv load - < FILE"),
            )


def sha256_of(name: str) -> str:
    """Return the SHA-256 of a file, or of standard input if it is called ``-``, in hexadecimal digits.

    Raises:
        FileProblem: it is missing, a folder, a device, or cannot be read.
    """
    refuse_device(Path(name))
    try:
        if name == "-":
            return _digest(sys.stdin.buffer)
        with Path(name).open("rb") as stream:
            return _digest(stream)
    except FileNotFoundError:
        raise FileProblem(
            msg("There is no file {file}.", file=name), msg("Check the name, and the folder you are in.")
        ) from None
    except OSError as error:
        raise FileProblem(
            msg("{file} cannot be read: {reason}", file=name, reason=error.strerror or str(error)),
            msg("Check that it exists and that you may read it."),
        ) from error


def _digest(stream: BinaryIO) -> str:
    digest = hashlib.sha256()
    while chunk := stream.read(1 << 20):
        digest.update(chunk)
    return digest.hexdigest()
