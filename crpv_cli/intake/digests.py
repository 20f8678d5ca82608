"""The SHA-256 of files: by it the registry knows which files were loaded. It imports nothing that reads them."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import BinaryIO

from crpv_cli.errors import FileProblem
from crpv_cli.language import msg


def sha256_of(name: str) -> str:
    """Return the SHA-256 of a file, or of standard input if it is called ``-``, in hexadecimal digits.

    Raises:
        FileProblem: it is missing, a folder, or cannot be read.
    """
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
