"""The door: ``crpv`` and ``python -m crpv_cli`` both come in here."""

from __future__ import annotations


def main() -> None:
    """Choose the language, then run the command line and leave with its exit code."""
    # Click and Typer look some of their words up while they are imported: the language comes first.
    from crpv_cli import language

    language.activate()

    from crpv_cli.main import run

    run()


if __name__ == "__main__":
    main()
