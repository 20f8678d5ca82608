"""The commands by name: their module and what they do. The one thing that ``crpv --help`` has to know of them."""

from __future__ import annotations

from crpv_cli.language import N_, translate

__all__ = ["COMMANDS", "REPORTS", "about"]

COMMANDS = {
    "list": ("listing", N_("List the centres, or the rows of a table.")),
    "show": ("show", N_("Show everything about one centre, on a page.")),
    "map": ("map", N_("Draw the departments as tiles: who covers them, and what they hold.")),
    "report": (
        "report",
        N_("Answer one question: the network, coverage, funding, evaluations, activity, agreements, changes."),
    ),
    "check": ("check", N_("Check the registry against the 2017 framework and against itself.")),
    "load": ("load", N_("Load files into the registry: all their rows, or none.")),
    "export": ("export", N_("Write a table, the rows of a report, or all tables to files.")),
    "template": ("template", N_("Make a form to send out: a workbook with lists, checks and prepared rows.")),
    "profiles": ("profiles", N_("List the profiles through which official files are read, or show one.")),
    "query": ("query", N_("Ask the registry a question in SQL; it can read and nothing else.")),
    "log": ("history", N_("Show the loads, or row by row what one load changed.")),
    "diff": ("history", N_("Show, cell by cell, what loading files would change.")),
    "undo": ("history", N_("Take a load back: its rows become what they were.")),
    "trace": ("history", N_("Tell which load, file, line and source each value of a row comes from.")),
    "edit": ("edit", N_("Open the rows of a table in your editor, and load what you changed.")),
    "init": ("init", N_("Make a registry from the bundled reference data.")),
    "info": ("info", N_("Show where the registry is, its versions, and what it holds.")),
}

# The commands of ``crpv report``.
REPORTS = {
    "network": N_("The network at a date: one screen, or a page to hand on."),
    "coverage": N_("Who covers what on a date, computed and published."),
    "evaluations": N_("How the core missions are evaluated, and what changed since the time before."),
    "activity": N_("What the centres did: half-days and participants."),
    "agreements": N_("Which agreements run, end soon, or ended without successor."),
    "funding": N_("Who funds the centres: State, local authorities and others, shares and change."),
    "changes": N_("What changed between two dates: territory, money, ratings."),
}


def about(name: str) -> str:
    """Say in the reader's language what a command does."""
    return translate(REPORTS[name] if name in REPORTS else COMMANDS[name][1])
