"""English and French: how values are set, the catalogue, and what a French reader sees."""

from __future__ import annotations

import copy
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from gettext import GNUTranslations
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from subprocess import CompletedProcess
from types import ModuleType

import click
import pytest
import typer
from babel.messages.catalog import Catalog

from crpv_cli import language
from crpv_cli.definitions.articles import named
from crpv_cli.definitions.columns import Choice
from crpv_cli.definitions.headings import headings_of
from crpv_cli.definitions.ratings import Scale
from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.language import Day, Euros, Share, msg, msgs
from crpv_cli.main import app
from crpv_cli.registry.connection import open_reading
from crpv_cli.reports.coverage.report import DIVISIONS, coverage
from crpv_cli.reports.evaluations.report import evaluation_summaries
from crpv_cli.reports.listing import Selection, list_centres
from crpv_cli.spelling import fold
from tests.inside import inside

ROOT = Path(__file__).resolve().parents[1]


def load_catalogue() -> ModuleType:
    spec = spec_from_file_location("catalogue", ROOT / ".ci" / "catalogue.py")
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# --- How values are set ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "english", "french"),
    [
        (0, "0", "0"),
        (999, "999", "999"),
        (1000, "1,000", "1\u202f000"),
        (4954720, "4,954,720", "4\u202f954\u202f720"),
        (-1584, "-1,584", "-1\u202f584"),
    ],
)
def test_number(value: int, english: str, french: str) -> None:
    assert language.number(value, "en") == english
    assert language.number(value, "fr") == french


@pytest.mark.parametrize(
    ("value", "digits", "english", "french"),
    [
        (2.5, None, "2.5", "2,5"),
        (3.0, None, "3", "3"),
        (1234.5, None, "1,234.5", "1\u202f234,5"),
        (1234.5, 2, "1,234.50", "1\u202f234,50"),
        (-0.25, None, "-0.25", "-0,25"),
        (1234567.0, 0, "1,234,567", "1\u202f234\u202f567"),
    ],
)
def test_decimal(value: float, digits: int | None, english: str, french: str) -> None:
    assert language.decimal(value, "en", digits) == english
    assert language.decimal(value, "fr", digits) == french


@pytest.mark.parametrize(
    ("centimes", "english", "french"),
    [
        (0, "€0", "0\u00a0€"),
        (5, "€0.05", "0,05\u00a0€"),
        (123450, "€1,234.50", "1\u202f234,50\u00a0€"),
        (50257500, "€502,575", "502\u202f575\u00a0€"),
        (-123456, "-€1,234.56", "-1\u202f234,56\u00a0€"),
    ],
)
def test_money(centimes: int, english: str, french: str) -> None:
    assert language.money(centimes, "en") == english
    assert language.money(centimes, "fr") == french


@pytest.mark.parametrize(
    ("share", "digits", "english", "french"),
    [
        (0.878888, 1, "87.9%", "87,9\u202f%"),
        (1.0, 1, "100.0%", "100,0\u202f%"),
        (0.88, 0, "88%", "88\u202f%"),
    ],
)
def test_percent(share: float, digits: int, english: str, french: str) -> None:
    assert language.percent(share, "en", digits) == english
    assert language.percent(share, "fr", digits) == french


@pytest.mark.parametrize(("iso", "french"), [("2023-10-17", "17/10/2023"), ("2023-10", "10/2023"), ("2023", "2023")])
def test_date(iso: str, french: str) -> None:
    assert language.date(iso, "en") == iso
    assert language.date(iso, "fr") == french


def test_values_are_set_inside_sentences() -> None:
    message = msg(
        "{day} {euros} {share} {number} {words} {inner}",
        day=Day("2023-10-17"),
        euros=Euros(123450),
        share=Share(0.5),
        number=1511,
        words=("01", "2A"),
        inner=msg("yes"),
    )
    assert message.text("en") == "2023-10-17 €1,234.50 50.0% 1,511 01, 2A yes"
    assert message.text("fr") == "17/10/2023 1\u202f234,50\u00a0€ 50,0\u202f% 1\u202f511 01, 2A oui"


@pytest.mark.parametrize(
    ("count", "english", "french"),
    [
        (0, "0 tables were written to out.", "0 table a été écrite dans out."),
        (1, "1 table was written to out.", "1 table a été écrite dans out."),
        (2, "2 tables were written to out.", "2 tables ont été écrites dans out."),
    ],
)
def test_plurals_are_those_of_the_language(count: int, english: str, french: str) -> None:
    message = msgs("{count} table was written to {folder}.", "{count} tables were written to {folder}.", count)
    message = msgs(message.template, message.plural, count, folder="out")
    assert message.text("en") == english
    assert message.text("fr") == french


@pytest.mark.parametrize(
    ("reason", "french"),
    [
        ("Permission denied", "permission refusée"),
        ("[Errno 13] Permission denied: '/x'", "[Errno 13] permission refusée\u00a0: '/x'"),
        ("no such table: nowhere", "il n'y a pas de table nowhere"),
        ('near "selec": syntax error', 'erreur de syntaxe près de "selec"'),
        ("',' expected after '\"'", "',' attendu après '\"'"),
        ("something nobody foresaw", "something nobody foresaw"),
    ],
)
def test_reasons_of_others_are_translated_where_they_are_known(reason: str, french: str) -> None:
    message = msg("{file} cannot be read: {reason}", file="x.csv", reason=reason)
    assert message.text("en") == f"x.csv cannot be read: {reason}"
    assert message.text("fr") == f"Impossible de lire x.csv\u00a0: {french}"


@pytest.mark.parametrize(
    ("environ", "chosen"),
    [
        ({}, "en"),
        ({"CRPV_LANG": "fr"}, "fr"),
        ({"CRPV_LANG": "FR_fr"}, "fr"),
        ({"CRPV_LANG": "en", "LANG": "fr_FR.UTF-8"}, "en"),
        ({"CRPV_LANG": "de", "LANG": "fr_FR.UTF-8"}, "en"),
        ({"CRPV_LANG": " ", "LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "fr"}, "fr"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "fr_BE.UTF-8"}, "fr"),
        ({"LC_ALL": "en_GB.UTF-8", "LC_MESSAGES": "fr_FR.UTF-8", "LANG": "fr_FR.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LANGUAGE": "fr:en"}, "fr"),
        ({"LANG": "fr_FR.UTF-8", "LANGUAGE": "en"}, "en"),
        ({"LANG": "C", "LANGUAGE": "fr"}, "en"),
        ({"LC_ALL": "C.UTF-8", "LANG": "fr_FR.UTF-8"}, "en"),
        ({"LANGUAGE": "fr"}, "en"),
    ],
)
def test_choose(environ: Mapping[str, str], chosen: str) -> None:
    assert language.choose(environ) == chosen


# --- The catalogue ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def catalogue() -> ModuleType:
    """The script; the sentences of the code are extracted once."""
    script = load_catalogue()
    extracted = script.template()
    setattr(script, "template", partial(copy.deepcopy, extracted))  # noqa: B010  (mypy knows no attribute of a script)
    return script


@pytest.fixture
def copied(catalogue: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The catalogue's files where a test may change them; returns the one with the translations."""
    for name in ("PO", "MO"):
        original: Path = getattr(catalogue, name)
        copy = tmp_path / original.name
        copy.write_bytes(original.read_bytes())
        monkeypatch.setattr(catalogue, name, copy)
    return tmp_path / "crpv.po"


def test_every_sentence_of_crpv_click_and_typer_is_translated(catalogue: ModuleType) -> None:
    assert catalogue.faults() == [], "run: python .ci/catalogue.py update, then translate what it names"


def test_update_changes_nothing_that_is_up_to_date(catalogue: ModuleType, copied: Path) -> None:
    before = copied.read_bytes(), copied.with_suffix(".mo").read_bytes()
    assert catalogue.main(["update"]) == 0
    assert (copied.read_bytes(), copied.with_suffix(".mo").read_bytes()) == before
    assert str(Path.home()) not in before[0].decode()
    assert "site-packages" not in before[0].decode()


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('msgid "yes"\nmsgstr "oui"', 'msgid "yes"\nmsgstr ""', "missing: yes"),
        ('msgid "yes"\n', '#, fuzzy\nmsgid "yes"\n', "fuzzy: yes"),
        ('msgid "yes"\n', 'msgid "perhaps"\nmsgstr "peut-être"\n\nmsgid "yes"\n', "obsolete: perhaps"),
        ('msgstr "Erreur\u00a0: {message}"', 'msgstr "Erreur\u00a0: {mesage}"', "other placeholders: Error: {message}"),
        ('msgstr "oui"', 'msgstr "ouais"', "not compiled: crpv.mo"),
    ],
)
def test_check_names_what_is_wrong(
    catalogue: ModuleType, copied: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, fault: str
) -> None:
    text = copied.read_text(encoding="utf-8")
    assert text.count(old) == 1
    copied.write_text(text.replace(old, new), encoding="utf-8")
    assert catalogue.main(["check"]) == 1
    assert fault in capsys.readouterr().err.splitlines()


SMALL = """
# The French of a test.
msgid ""
msgstr ""
"Language: fr\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

#: crpv_cli/one.py
#, python-brace-format
msgid "{count} row"
msgid_plural "{count} rows"
msgstr[0] "{count} ligne"
msgstr[1] "{count} lignes"

#: crpv_cli/one.py
msgid "yes"
msgstr "oui"
"""


@pytest.fixture
def small(catalogue: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A catalogue of two sentences with two plural forms, for a program that says just these."""

    def template() -> Catalog:
        wanted: Catalog = catalogue.FrenchCatalogue()
        wanted.add(("{count} row", "{count} rows"), locations=[("crpv_cli/one.py", 0)])
        wanted.add("yes", locations=[("crpv_cli/one.py", 0)])
        return wanted

    path = tmp_path / "crpv.po"
    path.write_text(SMALL, encoding="utf-8")
    monkeypatch.setattr(catalogue, "PO", path)
    monkeypatch.setattr(catalogue, "MO", path.with_suffix(".mo"))
    monkeypatch.setattr(catalogue, "template", template)
    return path


@pytest.mark.parametrize("known", [(1, "0"), (2, "(n > 1)"), (3, "(n > 1) ? 0 : 2")])
def test_the_plural_forms_are_those_of_the_file_whatever_babel_knows_of_french(
    catalogue: ModuleType, small: Path, monkeypatch: pytest.MonkeyPatch, known: tuple[int, str]
) -> None:
    monkeypatch.setattr("babel.messages.catalog.get_plural", lambda _locale: known)
    assert catalogue.main(["update"]) == 0
    assert catalogue.faults() == []
    after = small.read_text(encoding="utf-8")
    assert '"Plural-Forms: nplurals=2; plural=(n > 1);' in after
    assert after.endswith(SMALL[SMALL.index("#: crpv_cli/one.py") :])
    with small.with_suffix(".mo").open("rb") as stream:
        french = GNUTranslations(stream)
    said = [french.ngettext("{count} row", "{count} rows", count) for count in (0, 1, 2, 1_000_000)]
    assert said == ["{count} ligne", "{count} ligne", "{count} lignes", "{count} lignes"]


def test_check_names_what_the_next_update_would_lose(
    catalogue: ModuleType, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert catalogue.main(["update"]) == 0
    before = small.read_bytes()
    monkeypatch.setattr(catalogue.FrenchCatalogue, "num_plurals", 3)
    assert "lost by the next update: {count} row" in catalogue.faults()
    assert small.read_bytes() == before


def test_check_names_a_plural_form_that_the_file_lacks(catalogue: ModuleType, small: Path) -> None:
    small.write_text(SMALL.replace("nplurals=2", "nplurals=3"), encoding="utf-8")
    assert "missing: {count} row" in catalogue.faults()


def test_only_sentences_are_extracted(catalogue: ModuleType) -> None:
    source = """
        msg("one {n}", n=1); msgs("two", "twos", 2); _("three" " " "more") if x else language.N_("four")
        message.text("en"); text(variable); msg(f"five {x}")
    """
    found = list(catalogue.sentences(f"if True:{source}", catalogue.OUR_WORDS))
    assert found == ["one {n}", ("two", "twos"), "three more", "four"]


def french_strings() -> list[str]:
    module = load_catalogue()
    return [string for message in module.read() for string in module._strings(message)]


BAD_BLANK = re.compile(
    "(?<!«)[ \u00a0][;?!%](?!\\()|[ \u202f]»|«[^\u00a0]|[ \u202f]:(?=\\s|$)|n°[^\u00a0]|\\d[ \u202f]€|\u2019"
)


def test_french_typography() -> None:
    profiles = [path.read_text(encoding="utf-8") for path in (ROOT / "crpv_cli/intake/profiles").glob("*.toml")]
    theirs = [string for profile in profiles for string in re.findall(r'\bfr = "([^"]*)"', profile)]
    assert theirs
    assert [string for string in (*french_strings(), *theirs) if BAD_BLANK.search(string)] == []


# A word of ``docs/glossary.md``, and how a French sentence may say it: the letters that all forms have in common.
GLOSSARY = {
    "exceptions?|exempt(ion|ed)?": "dérog",
    "breach(es)?": "écart",
    "notices?": "attention",
    "load(s|ed|ing)?": "charg|lu tel quel",
    "undo|undone|undoes": "annul",
    "backups?|copy|copies": "sauvegarde|copi",
    "registry": "registre|nouveau",
    "workbooks?": "classeur",
    "folders?": "dossier",
    "delimiters?": "séparateur",
    "columns?": "colonne",
    "funders?": "financeur|^Financements par type$",
    "local authorit(y|ies)": "collectivité|financeurs",
    "agreements?": "convention",
    "city contracts?": "contrats? de ville",
    "neighbourhoods?": "quartier|qpv",
    "perimeters?": "périmètre",
    "confidence": "fiabilité|élevée ou moyenne",
    "core missions?": "missions? socles?",
    "half-days?": "demi-journée",
    "mode": "modalité",
    "fictitious": "fictif|fictive",
    "overseas": "outre-mer|ultramarin",
    "metropolitan": "métropolitaine",
}
# What was found odd, and does not come back: words of the last column of the glossary, and literal translations.
ODD = re.compile(
    r"\b(exceptions?|exemption|exempté\w*|manquements?|argent|desser\w+|confiance|hexagon\w+|valables?|défaire|importer)\b"
    r"|[àÀ] regarder|\bne donne(nt)? rien|\bÉtat donne\b|\bpromet|n'en sait rien|n'est pas (0|zéro)\b|\bÉvol\.|^Quoi$"
    r"|^(sur place|à distance|interne)$|^(Gagne|Perd) |Ce qu'ont fait|De quoi il s'agit|de ce périmètre"
    r"|[ée]valuation interne|s'excluent|rend\w* compte|sans suite|Versements connus|ne veut pas dire|\bson id\b"
    r"|fichier de sortie|hors de portée"
)


def prose(sentence: str) -> str:
    """A sentence without commands, options, places, names of files and what is quoted."""
    return re.sub(r"crpv [^·;,]*|--[\w-]+|\{[^{}]*\}|[\w./-]+\.\w+|“[^”]*”|'[^']*'$", " ", sentence)


def pairs() -> Iterator[tuple[str, str]]:
    """Each sentence of crpv and its French, the singular and the plural; those of Click and Typer are not ours."""
    for message in load_catalogue().read():
        if message.id and message.locations:
            yield from zip(
                *((one,) if isinstance(one, str) else one for one in (message.id, message.string)), strict=True
            )


@pytest.mark.parametrize("word", GLOSSARY)
def test_one_word_for_one_idea(word: str) -> None:
    english = re.compile(rf"(?<![\w-])({word})(?![\w-])", re.IGNORECASE)
    french = re.compile(GLOSSARY[word], re.IGNORECASE)
    said = [(one, other) for one, other in pairs() if english.search(prose(one))]
    assert said
    assert [(one, other) for one, other in said if not french.search(other)] == []


def test_the_glossary_and_the_catalogue_say_the_same() -> None:
    rows = [line.split("|")[1:4] for line in (ROOT / "docs/glossary.md").read_text(encoding="utf-8").splitlines()[8:]]
    strings = "\n".join(map(prose, french_strings())).casefold()
    cells = [[re.sub(r"\(.*?\)", "", cell) for cell in row] for row in rows if len(row) == 3]
    assert len(cells) > 30
    spoken = [
        word.strip(" ,;") for _, french, _ in cells for word in re.split("[,;]", french) if "said once" not in word
    ]
    assert [word for word in spoken if word.casefold()[: max(5, len(word) - 2)] not in strings] == []
    avoided = [word.strip() for *_, odd in cells for word in odd.split(",") if word.strip()]
    assert [word for word in avoided if re.search(rf"\b{word.casefold()}\b", strings)] == []


def test_no_odd_wording_comes_back() -> None:
    assert ODD.search("L'État donne 5 €") and ODD.search("à regarder") and ODD.search("Évol., %")
    assert [other for _, other in pairs() if ODD.search(prose(other))] == []


# Those that people wrote; what is generated has the sentences of the catalogue.
FRENCH_PAGES = [
    ROOT / "README.fr.md",
    *sorted((ROOT / "docs" / "fr").glob("*.md")),
    *(ROOT / "docs" / "fr" / "reference" / f"{name}.md" for name in ("formats", "exit-codes", "environment")),
]


@pytest.mark.parametrize("page", FRENCH_PAGES, ids=lambda path: path.name)
def test_a_french_page_has_the_words_and_the_blanks_of_the_screen(page: Path) -> None:
    code = re.compile(r"^( *)```.+?^\1```|`[^`\n]*`|\]\([^)\s]*\)", re.MULTILINE | re.DOTALL)
    lines = code.sub("", page.read_text(encoding="utf-8")).splitlines()
    assert [line for line in lines if ODD.search(line) or BAD_BLANK.search(line)] == []


# --- Labels ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_heading_means_one_column(table: Table) -> None:
    """A column's name, its English and its French label mean that column and no other of its table."""
    meant: dict[str, set[str]] = {}
    for column in table.columns:
        for spelling in (column.name, *(language.translate(column.label, tongue) for tongue in language.LANGUAGES)):
            meant.setdefault(fold(spelling), set()).add(column.name)
    assert {spelling: columns for spelling, columns in meant.items() if len(columns) > 1} == {}


@pytest.mark.parametrize("tongue", language.LANGUAGES)
def test_labels_are_unique(tongue: str, registry: Path) -> None:
    with open_reading(registry) as connection:
        results = [
            list_centres(connection, Selection()),
            evaluation_summaries(connection, "2025-12-31"),
            *(coverage(connection, "2025-12-31", by=division) for division in DIVISIONS),
        ]
    columns = {name: table.columns for name, table in TABLES.items()}
    columns |= {f"{result.name} {place}": result.columns for place, result in enumerate(results)}
    for name, own in columns.items():
        counts = Counter(fold(language.translate(column.label, tongue)) for column in own)
        assert [label for label, count in counts.items() if count > 1] == [], name


def choices() -> Iterator[tuple[Choice, ...]]:
    seen = {column.choices for table in TABLES.values() for column in table.columns if column.choices}
    yield from sorted(seen, key=lambda group: group[0].code)


@pytest.mark.parametrize("group", list(choices()), ids=lambda group: str(group[0].code))
def test_a_choice_means_one_code(group: tuple[Choice, ...]) -> None:
    meant: dict[str, set[str]] = {}
    for choice in group:
        for spelling in (choice.code, *(language.translate(choice.label, tongue) for tongue in language.LANGUAGES)):
            meant.setdefault(fold(spelling), set()).add(choice.code)
    assert {spelling: codes for spelling, codes in meant.items() if len(codes) > 1} == {}


# --- What a French reader sees ---------------------------------------------------------------------------------


_french: list[subprocess.Popen[str]] = []


@pytest.fixture(scope="module", autouse=True)
def french() -> Iterator[None]:
    yield
    while _french:
        with _french.pop() as process:
            assert process.stdin is not None
            process.stdin.close()


def run(tongue: str, home: Path, *arguments: str, db: Path | None = None) -> CompletedProcess[str]:
    """Run the command in this process, or in one that speaks French from its start, for some words need it."""
    env = {"CRPV_LANG": tongue, "HOME": str(home), "COLUMNS": "80"}
    if db is not None:
        env["CRPV_DB"] = str(db)
    if tongue == "en":
        return inside(*arguments, env=env, cwd=home)
    if not _french:
        _french.append(
            subprocess.Popen(
                [sys.executable, "-m", "tests.inside"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8",
                cwd=Path(__file__).parents[1], env={**os.environ, "CRPV_LANG": "fr"},
            )
        )  # fmt: skip
    (process,) = _french
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(json.dumps({"arguments": arguments, "env": env, "cwd": str(home)}) + "\n")
    process.stdin.flush()
    return CompletedProcess(arguments, *json.loads(process.stdout.readline()))


@pytest.fixture(scope="session")
def registry(demo_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copy(demo_path, tmp_path_factory.mktemp("language") / "demo.sqlite"))


# Words of an English sentence that no French sentence, no name of an option and no code of ours has.
ENGLISH = re.compile(
    r"(?<![\w-])(?:the|this|that|it|its|is|are|was|and|of|from|with|without|to|by|for|not|no|only|every|each|"
    r"show|write|name|file|row|rows|which|what|who|how|(?<!d')usage|error|warning|default|required|did|you|mean|try|"
    r"invalid|missing|such|there|cannot|already|registry|load|loads)(?![\w-])",
    re.IGNORECASE,
)
# Metavars that Click writes when a parameter has none of its own.
METAVARS = re.compile(r"\b(?:TEXT|INTEGER|FLOAT|BOOLEAN|RANGE|FILENAME|DIRECTORY|PATH|ARGS)\b")


def commands(command: click.Command | None, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            yield from commands(command.get_command(context, name), (*path, name))


COMMANDS = list(commands(typer.main.get_command(app)))
NAMES = {name for path in COMMANDS for name in path}


def english_words(text: str) -> list[str]:
    """The English words of a text, besides what it quotes, the names of commands, and those of files."""
    prose = re.sub(r"(?<!\w)(?:\"[^\"]*\"|'[^']*')|[\w./-]+\.\w+|/[\w./-]+", " ", text)
    return [word for word in ENGLISH.findall(prose) if word not in NAMES] + METAVARS.findall(prose)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda path: " ".join(path) or "crpv")
def test_help_is_french_to_the_last_word(command: tuple[str, ...], tmp_path: Path) -> None:
    shown = run("fr", tmp_path, *command, "--help")
    assert (shown.returncode, shown.stderr) == (0, "")
    text = shown.stdout
    assert text.startswith(f"Utilisation\u00a0: {' '.join(('crpv', *command))} ")
    assert english_words(text) == []
    # No sentence of the catalogue stands there untranslated, even one without any of these words.
    flat = " ".join(text.split())
    sentences = [message for message in load_catalogue().read() if isinstance(message.id, str) and message.id]
    untranslated = [m.id for m in sentences if " " in m.id.strip() and m.string != m.id and m.id in flat]
    assert untranslated == []
    # Each command of a group is told in one line: Click cuts longer ones.
    assert not re.search(r"^  \w+ .*\w\.\.\.$", text.split("Commandes")[-1], re.MULTILINE)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["lst"], 2, "Il n'y a pas de commande 'lst'. Vouliez-vous dire 'list'\u202f?"),
        (["report", "coverag"], 2, "Vouliez-vous dire coverage\u202f?"),
        (["init", "--emptyy"], 2, "Il n'y a pas d'option --emptyy. Vouliez-vous dire --empty\u202f?"),
        (["list", "--limit", "many"], 2, "'many' n'est pas un nombre entier valide."),
        (["list", "--limit", "0"], 2, "0 n'est pas dans l'intervalle x>=1."),
        (["list", "--limit"], 2, "L'option '--limit' attend une valeur."),
        (["list", "--as-of", "naguère"], 2, "«\u00a0naguère\u00a0» n'est pas une date\u202f;"),
        (["list", "--format", "docs"], 2, "'docs' n'est pas l'une des valeurs 'table', 'csv',"),
        (["list", "centres", "missions"], 2, "Argument en trop (missions)"),
        (["show"], 2, "Il manque l'argument 'CENTRE'."),
        (["show", "orif"], 2, "Vouliez-vous dire oriv\u202f?"),
        (["load", "nulle-part.csv"], 3, "Le fichier nulle-part.csv n'existe pas."),
        (["load", "x.csv", "--refused", "demo.sqlite"], 2, "Dossier 'demo.sqlite'\u00a0: c'est un fichier."),
        (["list", "--db", "nulle-part.sqlite"], 3, "Il n'y a pas de registre à l'emplacement nulle-part.sqlite."),
        (["list", "-o", "nulle-part/x.csv"], 3, "aucun fichier ou dossier de ce nom"),
        (["query", "select * from nowhere"], 2, "La requête est erronée\u00a0: il n'y a pas de table nowhere"),
        (["query", "delete from centres"], 2, "Une requête ne peut que lire le registre\u202f; rien n'a été modifié."),
        (["report"], 2, "Commandes\u00a0:"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_errors_are_french(arguments: list[str], code: int, said: str, registry: Path) -> None:
    failed = run("fr", registry.parent, *arguments, db=registry)
    text = failed.stderr
    assert failed.returncode == code
    assert failed.stdout == ""
    assert said in text
    assert english_words(text) == []


def test_completion_is_spoken_of_in_french(tmp_path: Path) -> None:
    done = run("fr", tmp_path, "--install-completion")  # which shell is found depends on who runs the tests
    assert "omplétion" in done.stderr
    assert done.stdout == ""
    assert english_words(done.stderr) == []


def test_the_list_is_french(registry: Path) -> None:
    shown = run("fr", registry.parent, "list", "--as-of", "2025-12-31", db=registry)
    title, heading, _rule, first, *_ = shown.stdout.splitlines()[1:]
    assert shown.stdout.startswith("FICTIF\u00a0: ")
    assert title == "Centres ouverts au 31/12/2025"
    assert re.split(r"\s{2,}", heading) == [
        "Nom court",
        "Siège",
        "Forme juridique",
        "Périmètre",
        "État, programme 147",
        "Année",
        "Missions",
    ]
    assert "502\u202f575\u00a0€" in first


def test_the_coverage_report_is_french(registry: Path) -> None:
    shown = run("fr", registry.parent, "report", "coverage", "--as-of", "2023-10-17", db=registry)
    lines = shown.stdout.splitlines()
    assert lines[1] == "Couverture au 17/10/2023\u00a0: quartiers, géographie 2015"
    assert re.split(r"\s{2,}", lines[2]) == ["Centre", "Départements", "Couverts", "Part", "Fiabilité"]
    total = next(line for line in lines if line.startswith("Total"))
    assert re.split(r" {2,}", total) == ["Total", "1\u202f328", "87,9\u202f%"]
    assert "· France métropolitaine\u00a0: 1\u202f204 sur 1\u202f293 (93,1\u202f%)." in lines
    assert any("88\u202f%\u202f; calculé à cette date\u00a0: 87,9\u202f% des quartiers." in line for line in lines)
    assert english_words(shown.stdout) == []


FAULTY = """Centre;Mission;Année;Évaluation;Échelle;Note obtenue;Évaluateur;Couleur
oriv;animation;2025;conjointe;demo-1-4;9;Comité;bleu
orif;animation;vingt;conjointe;demo-1-4;3;Comité;bleu
oriv;animation;2026;mutuelle;demo-1-4;3
"""


def test_a_load_is_reported_in_french(registry: Path, tmp_path: Path) -> None:
    faulty = tmp_path / "fautes.csv"
    faulty.write_text(FAULTY, encoding="utf-8")
    loaded = run("fr", tmp_path, "load", "fautes.csv", "--dry-run", db=registry)
    text = loaded.stderr
    assert loaded.returncode == 1
    assert "Avertissement\u00a0: fautes.csv" in text
    assert "La note «\u00a09\u00a0» n'est pas sur l'échelle Échelle de démonstration" in text
    assert "«\u00a0vingt\u00a0» n'est pas une année." in text
    assert "Nombre de cellules de la ligne\u00a0: 6\u202f; de l'en-tête\u00a0: 8." in text
    assert "Rien n'a été chargé\u00a0: " in text
    assert english_words(text) == []


@pytest.mark.parametrize("name", ["centres", "funding", "evaluations", "scales", "territory_counts"])
def test_what_excel_gets_in_french_loads_again(name: str, registry: Path, tmp_path: Path) -> None:
    written = run("fr", tmp_path, "export", name, "-f", "csv-excel", "-o", f"{name}.csv", db=registry)
    assert written.returncode == 0, written.stderr
    loaded = run("en", tmp_path, "load", f"{name}.csv", "--dry-run", db=registry)
    assert loaded.returncode == 0, loaded.stderr
    counts = r"(\d+) read, 0 inserted, 0 updated, \1 unchanged, 0 refused"
    assert re.search(f"{TABLES[name].label}: {counts}", loaded.stderr)


@pytest.mark.parametrize(
    "arguments",
    [
        ["list", "--format", "json"],
        ["list", "evaluations", "--format", "jsonl"],
        ["list", "funding", "--limit", "5", "--format", "json"],
        ["show", "oriv", "--as-of", "2025-12-31", "--format", "json"],
        ["report", "coverage", "--as-of", "2023-10-17", "--format", "json"],
        ["report", "coverage", "--measure", "inhabitants", "--by", "region", "--format", "json"],
        ["report", "evaluations", "--as-of", "2025-12-31", "--format", "json"],
        ["export", "centres", "--format", "json"],
        ["export", "evaluation-summaries"],
        ["export", "coverage"],
        ["export", "scales", "--format", "csv"],
        ["info", "--format", "json"],
    ],
    ids=" ".join,
)
def test_machines_get_the_same_bytes_in_both_languages(arguments: list[str], registry: Path) -> None:
    english, french = (run(tongue, registry.parent, *arguments, db=registry) for tongue in language.LANGUAGES)
    assert english.returncode == french.returncode == 0
    assert english.stdout == french.stdout
    assert english.stdout


def test_names_are_sorted_as_french_does(registry: Path) -> None:
    reports = (["report", "coverage", "--by", "region"], ["report", "funding", "--by", "region", "--year", "2023"])
    for arguments in reports:
        shown = run("fr", registry.parent, *arguments, "--format", "json", db=registry)
        regions = [
            name for row in json.loads(shown.stdout)["rows"] if (name := row.get("region_name", row.get("regions")))
        ]
        assert regions == sorted(regions, key=fold)
        assert not any(region.startswith("Île-de-France") for region in regions[-3:])
    failed = run("fr", registry.parent, "list", "--region", "nulle-part", db=registry)
    assert 0 < failed.stderr.find("11 Île-de-France") < failed.stderr.find("28 Normandie")


def test_a_centre_of_two_regions_names_them_as_french_sorts(registry: Path, tmp_path: Path) -> None:
    two = Path(shutil.copy(registry, tmp_path / "two.sqlite"))
    (tmp_path / "perimeters.csv").write_text("centre,department\nnormanvilles,95\n")
    assert run("en", tmp_path, "load", "perimeters.csv", db=two).returncode == 0
    shown = run("fr", tmp_path, "report", "funding", "--by", "region", "--year", "2023", "--format", "json", db=two)
    assert "Île-de-France + Normandie" in [row["regions"] for row in json.loads(shown.stdout)["rows"]]


def test_a_change_is_told_as_french_tells_it(registry: Path) -> None:
    arguments = ("report", "changes", "--from", "2023-10-17", "--to", "2025")
    french, english = (run(tongue, registry.parent, *arguments, db=registry).stdout for tongue in ("fr", "en"))
    for said in ("Reprend la Seine-et-Marne (77) ", "Reprend le Val-de-Marne (94) ", "2 en 2022 (échelle de 1 à 4) "):
        assert said in french
    for said in ("Gains 77 Seine-et-Marne ", "2 on 1-4 (2022) "):
        assert said in english


@pytest.mark.parametrize(
    ("code", "name", "french"),
    [
        ("52", "Haute-Marne", "la Haute-Marne"),
        ("34", "Hérault", "l'Hérault"),
        ("95", "Val-d'Oise", "le Val-d'Oise"),
        ("88", "Vosges", "les Vosges"),
        ("75", "Paris", "Paris"),
        ("974", "La Réunion", "La Réunion"),
        ("01", "Premier", "Premier"),
        ("zz", "\x1bOuest", "␛Ouest"),
    ],
)
def test_a_department_has_its_article(code: str, name: str, french: str) -> None:
    message = msg("Gains {code} {name}", code=code, name=named(code, name))
    assert message.text("fr") == f"Reprend {french} ({code})"
    assert message.text("en") == f"Gains {code} {language.literal(name)}"


def test_every_department_is_looked_at(registry: Path) -> None:
    with open_reading(registry) as connection:
        departments = [tuple(row) for row in connection.execute("select code, name from departments")]
    articles = {code: named(code, name).article for code, name in departments}
    assert {code for code, article in articles.items() if not article} == {"75", "974", "976", "978"}
    vowel = {code for code, name in departments if fold(name)[0] in "aeioy" or name == "Hérault"}
    assert {code for code, article in articles.items() if article == "l'"} == vowel - {
        "04",
        "06",
        "08",
        "78",
    }  # les Alpes…


@pytest.mark.parametrize(
    "scale", [(1, 4, "1-4", "de 1 à 4"), (0, 2.5, "0-2.5", "de 0 à 2,5"), (-1, 1, "-1-1", "de -1 à 1")]
)
def test_a_scale_is_told_from_where_to_where(scale: tuple[float, float, str, str]) -> None:
    lowest, highest, english, french = scale
    said = Scale(lowest, highest).said()
    assert [language.show(said, tongue) for tongue in ("en", "fr")] == [english, french]
    assert Scale(None, None, ("D", "C")).said() == "D, C"


@pytest.mark.parametrize(
    ("name", "heading"),
    [("contracts", "Signée le"), ("centres", "Ouvert"), ("centres", "Fermé"), ("exceptions", "Acceptée par")],
)
def test_a_former_label_is_understood(name: str, heading: str) -> None:
    table = TABLES[name]
    meant = [column for column in table.names if fold(heading) in map(fold, headings_of(table, column))]
    assert len(meant) == 1


@pytest.mark.parametrize("said", ["interne", "Auto-évaluation", "sur place", "présentiel", "à distance", "distanciel"])
def test_a_former_word_for_a_value_is_understood(said: str) -> None:
    lists = {group for group in choices() if group[0].code in {"self", "on-site"}}
    words = [
        fold(word) for group in lists for one in group for word in (language.translate(one.label, "fr"), *one.also)
    ]
    assert words.count(fold(said)) == 1
