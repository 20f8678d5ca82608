"""The commands by name: their module, what they do and examples: all that ``crpv --help`` has to know of them."""

from __future__ import annotations

from typing import NamedTuple

from crpv_cli.language import N_
from crpv_cli.reports.index import Report


class Command(NamedTuple):
    """A command: its module and its function there (by default of its name), its help and examples."""

    module: str
    about: str
    examples: str = ""
    function: str = ""


COMMANDS: dict[str, Command | Report] = {
    "list": Command(
        "list",
        N_("List the centres, or the rows of a table or a view."),
        N_("Examples: crpv list · crpv list --overseas --as-of 2023-10-17 · crpv list funding --year 2024 -f csv"),
        "list_rows",
    ),
    "show": Command(
        "show",
        N_("Show everything about one centre, on a page."),
        N_("Examples: crpv show oriv · crpv show villes-au-carre --as-of 2016-06-30 -o sheet.md"),
    ),
    "search": Command(
        "search",
        N_("Search names, texts and sources for words, in all tables."),
        N_("Examples: crpv search metz · crpv search 'contrat de ville' --table funding · crpv search égalité"),
    ),
    "map": Report(
        "coverage.map",
        "territory_map",
        N_("Show the map of the departments: which centres cover them, and what they contain."),
        N_("Examples: crpv map --as-of 2023-10-17 · crpv map --measure inhabitants --centre oriv"),
    ),
    "report": Command(
        "report",
        N_("Answer one question: the network, coverage, funding, evaluations, activity, agreements, returns, changes."),
    ),
    "check": Command(
        "check",
        N_("Check the registry against the 2017 framework and for consistency."),
        N_("Examples: crpv check · crpv check --rule co-funding --year 2024 · crpv check --integrity"),
    ),
    "centre": Command(
        "centre",
        N_("Record what happens to a centre: opened, renamed, labelled, merged, closed, its perimeter."),
    ),
    "load": Command(
        "load",
        N_("Load files into the registry: all their rows, or none."),
        N_("Examples: crpv load evaluations.csv · crpv load folder/ --dry-run · cat f.csv | crpv load - --as funding"),
    ),
    "add": Command(
        "add",
        N_("Add one row, asked for column by column, or given as COLUMN=VALUE."),
        N_(
            "Examples: crpv add evaluations · crpv add funders id=metz name='Ville de Metz' kind=commune"
            " · crpv add budgets centre=oriv year=2025 status=approved fte=7,5 --update"
        ),
    ),
    "export": Command(
        "export",
        N_("Write a table, a view, the rows of a report, or all tables to files."),
        N_(
            "Examples: crpv export evaluation-summaries -o s.csv · crpv export all --public -o out/"
            " · crpv export all -o registry.xlsx"
        ),
    ),
    "schema": Command(
        "schema",
        N_("Print what the columns of an export are, as a Frictionless Table Schema."),
        N_("Examples: crpv schema funding · crpv schema coverage --lang en · crpv schema all -o schemas/"),
    ),
    "template": Command(
        "template",
        N_("Make a form to send out: a workbook with lists, checks and prepared rows."),
        N_(
            "Examples: crpv template --year 2025 --each forms/ --due 2026-03-31"
            " · crpv template funding --centre oriv --filled -o oriv.ods"
        ),
    ),
    "remind": Command(
        "remind",
        N_("Write a reminder to each centre that still owes something of a collection; nothing is sent."),
        N_(
            "Examples: crpv remind --year 2026 -o reminders/ · crpv remind --show-template -o letter.txt"
            " · crpv remind --template letter.txt -o reminders/"
        ),
    ),
    "profiles": Command(
        "profiles",
        N_("List the profiles for reading official files, show one, or begin one for a file of your own."),
        N_(
            "Examples: crpv profiles · crpv profiles scdl-subventions · crpv profiles mine.toml"
            " · crpv profiles draft grants.csv -o mine.toml"
        ),
    ),
    "query": Command(
        "query",
        N_("Query the registry in SQL, read-only."),
        N_("Example: crpv query 'select id, seat from centres where legal_form = :form' -p form=gip"),
    ),
    "log": Command(
        "log",
        N_("List the loads, or show row by row what one load changed."),
        N_("Examples: crpv log · crpv log 3 · crpv log 3 -o changes.csv"),
    ),
    "diff": Command(
        "load",
        N_("Show, cell by cell, what loading files would change."),
        N_("Examples: crpv diff evaluations.csv · crpv diff returns/ -o changes.csv"),
    ),
    "undo": Command(
        "log",
        N_("Undo loads: their rows become what they were."),
        N_("Examples: crpv undo 3 --dry-run · crpv undo 3 · crpv undo 7 6 5"),
    ),
    "trace": Command(
        "log",
        N_("Show which load, file, line and source each value of a row comes from, or the rows of a figure."),
        N_(
            "Examples: crpv trace centres oriv · crpv trace funding oriv etat 2023 · crpv trace coverage-neighbourhoods"
        ),
    ),
    "verify": Command(
        "verify",
        N_("Say which load each file was loaded by, byte for byte: when, by whom, and whether that load stands."),
        N_("Examples: crpv verify evaluations.csv · crpv verify returns/*.xlsx -f json (exit code 1: never loaded)"),
    ),
    "close": Command(
        "close",
        N_("Close a year when its report is handed on, or list the closed years."),
        N_("Examples: crpv close 2025 report.html report.xlsx · crpv close"),
    ),
    "edit": Command(
        "edit",
        N_("Open the rows of a table in your editor, and load what you changed."),
        N_("Examples: crpv edit centres · crpv edit perimeters --department 86 · EDITOR=nano crpv edit funders"),
    ),
    "init": Command(
        "init",
        N_("Make a registry from the bundled reference data."),
        N_("Examples: crpv init · crpv init --demo --db demo.sqlite · crpv init --empty --db new.sqlite"),
    ),
    "backup": Command(
        "backup",
        N_("Make a backup of the registry, verified, while others may go on writing."),
        N_("Examples: crpv backup · crpv backup -o /media/stick/crpv.sqlite"),
    ),
    "restore": Command(
        "backup",
        N_("List the copies of the registry, or put one back in its place."),
        N_("Examples: crpv restore · crpv restore crpv.backup-20261127T142005Z.sqlite · crpv restore 2026-11-27"),
    ),
    "help": Command(
        "help",
        N_("Explain a command, a table and its columns, or a topic."),
        N_("Examples: crpv help load · crpv help report coverage · crpv help funding · crpv help exit-codes"),
        "explain",
    ),
    "info": Command("info", N_("Show where the registry is, its versions, and what it holds.")),
}

LIFE: dict[str, Command | Report] = {
    "open": Command(
        "centre",
        N_("A new centre opens."),
        N_("Example: crpv centre open crpv-nord --name 'CRPV Nord' --form association --serves 59 --on 2026-01-01"),
        "open_centre",
    ),
    "rename": Command(
        "centre",
        N_("A centre has another name from a day on."),
        N_("Example: crpv centre rename oriv --name 'ORIV Grand Est' --short-name ORIV --on 2024-01-01"),
    ),
    "change": Command(
        "centre",
        N_("A centre has another legal form, carrier, SIREN or seat from a day on."),
        N_("Example: crpv centre change irev --form association --seat Amiens --on 2025-07-01"),
    ),
    "take-over": Command(
        "centre",
        N_("A centre serves departments from a day on, which another served or none."),
        N_("Example: crpv centre take-over oriv 55 57 --from other --on 2025-01-01"),
        "take_over",
    ),
    "hand-over": Command(
        "centre",
        N_("A centre no longer serves departments from a day on; another does, or none."),
        N_("Example: crpv centre hand-over normanvilles 14 --to reso-villes --on 2027-01-01"),
        "hand_over",
    ),
    "label": Command(
        "centre",
        N_("The State labels a centre, or renews its label."),
        N_("Example: crpv centre label oriv --from 2024-01-01 --to 2026-12-31 --act 'Decision 12' --renewal"),
    ),
    "unlabel": Command(
        "centre",
        N_("The State's label of a centre ends, or is withdrawn; the centre goes on."),
        N_("Example: crpv centre unlabel oriv --on 2026-07-01 --reason 'Not renewed'"),
    ),
    "merge": Command(
        "centre",
        N_("Centres become one, which serves what they served; the others close."),
        N_("Example: crpv centre merge labo-cites irev --into aura --name 'CRPV Aura' --on 2026-01-01"),
    ),
    "close": Command(
        "centre",
        N_("A centre closes, with its perimeter and its label."),
        N_("Example: crpv centre close oriv --on 2027-01-01 --successor reso-villes (its last day is 2026-12-31)"),
    ),
}
"""The commands of ``crpv centre``."""
