"""The entry point of both ``crpv`` and ``python -m crpv_cli``."""

from __future__ import annotations

import os
import sys

from crpv_cli import __version__, interrupts


def main() -> None:
    """Choose the language, then run the command line and leave with its exit code."""
    _occupy_descriptors()
    if sys.argv[1:] == ["--version"] and _version_written():
        return
    if os.environ.get("_CRPV_COMPLETE", "").startswith("complete_"):
        from crpv_cli.completion import main as complete

        complete()
    interrupts.install()

    # Click and Typer translate some words while they are imported: the language must be set first.
    from crpv_cli import language

    language.activate()
    interrupts.name(language.text("Interrupted."))

    from crpv_cli.main import run

    run()


def _occupy_descriptors() -> None:
    """Open what was closed of 0, 1 and 2, so that no file of ours gets these numbers and is written to by mistake.

    Each is opened the wrong way round: whoever reads or writes there is told that it cannot be done.
    """
    for number, way in enumerate((os.O_WRONLY, os.O_RDONLY, os.O_RDONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, way)  # gets the lowest number that is free


def _version_written() -> bool:
    """Write the version for scripts and bug reports, without what follows; if that fails, what follows says why."""
    try:
        return os.write(1, f"crpv {__version__}\n".encode()) > 0
    except OSError:
        return False


if __name__ == "__main__":
    main()
