"""The door: ``crpv`` and ``python -m crpv_cli`` both come in here."""

from __future__ import annotations

import sys

from crpv_cli import __version__


def main() -> None:
    """Choose the language, then run the command line and leave with its exit code."""
    if sys.argv[1:] == ["--version"]:
        # Asked by scripts and bug reports; it needs nothing of what follows.
        sys.stdout.write(f"crpv {__version__}\n")
        return

    # Click and Typer look some of their words up while they are imported: the language comes first.
    from crpv_cli import language

    language.activate()

    from crpv_cli.main import run

    run()


if __name__ == "__main__":
    main()
