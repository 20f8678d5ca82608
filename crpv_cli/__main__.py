"""The entry point of both ``crpv`` and ``python -m crpv_cli``."""

from __future__ import annotations

import sys

from crpv_cli import __version__


def main() -> None:
    """Choose the language, then run the command line and leave with its exit code."""
    if sys.argv[1:] == ["--version"]:
        # For scripts and bug reports; it needs nothing that follows.
        sys.stdout.write(f"crpv {__version__}\n")
        return

    # Click and Typer translate some words while they are imported: the language must be set first.
    from crpv_cli import language

    language.activate()

    from crpv_cli.main import run

    run()


if __name__ == "__main__":
    main()
