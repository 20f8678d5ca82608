"""Whatever a French reader meets is French: every help, report, form, message and error, walked word by word."""

from __future__ import annotations

import html
import re
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import chain
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from babel.messages.pofile import read_po
from openpyxl import Workbook, load_workbook

from crpv_cli.commands.topics import TOPICS
from crpv_cli.definitions.tables import TABLES
from crpv_cli.definitions.views import VIEWS
from crpv_cli.rules.checking import RULES
from tests import test_language
from tests.inside import inside
from tests.test_language import COMMANDS, METAVARS, run

french = test_language.french  # the process that speaks French from its start ends with this module too
REPOSITORY = Path(__file__).resolve().parents[1]
CATALOGUE = REPOSITORY / "crpv_cli/locale/fr/LC_MESSAGES/crpv.po"
WORD = re.compile(r"[^\W\d_]+")

# --- Which words are English -------------------------------------------------------------------------------------

# What stands in a sentence of either language and is no word of it: commands, options, places, names of files.
NO_PROSE = re.compile(r"\b\w+_\w+\b|\([a-z-]+\)|\{[^{}]*\}|crpv [^·;,]*|--[\w-]+|[\w./-]+\.\w+")
# Words of English sentences that are names of places, or words of French that crpv itself does not say.
ALSO_FRENCH = {
    *("or", "var", "pays", "places", "supports", "national", "general", "sit", "pairs", "collection", "large"),
    *("group", "act", "info", "status", "max"),
}


def words(sentence: str) -> set[str]:
    return {word.casefold() for word in WORD.findall(sentence)}


def english_words() -> set[str]:
    """Words that some English sentence of crpv, Click or Typer has, and no French one."""
    english, spoken = set(), set(ALSO_FRENCH)
    with CATALOGUE.open("rb") as stream:
        for message in read_po(stream):
            if message.id:
                pair = [(one,) if isinstance(one, str) else one for one in (message.id, message.string or ())]
                english |= {word for one in pair[0] for word in words(NO_PROSE.sub(" ", one))}
                spoken |= {word for one in pair[1] for word in words(NO_PROSE.sub(" ", one))}

    return {word for word in english - spoken if len(word) > 2 or word in {"of", "to", "is", "it", "by", "at"}}


ENGLISH = english_words()
# What keeps its stable name among French words: a column behind its label, a choice of an option, what may be typed
# in front of its explanation, a name with an underscore, what is quoted, a command, a file, an address.
NAMED_AFTER_A_COMMAND = "|".join({name for path in COMMANDS for name in path} | {*TABLES, *TOPICS, "nothing"})
STABLE = re.compile(
    rf"""
      https?://\S+ | [\w.-]+@[\w.-]+ | --[\w-]+(?:\s+[a-z]+(?:-[a-z]+)*)?
    | \[par\ défaut\u00a0:\ [a-z]+\] | [\w./-]+\.\w+ | /[\w./-]+
    | \bcrpv\s+[a-z-]+(?:\s+(?:{NAMED_AFTER_A_COMMAND})\b)*
    | \btemplate\b | (?:\bcommit\ )?\b[0-9a-f]{{8,}}\b | \bco-\w+ | \bEDITOR=\w+
    | (?<!\w)(?:"[^"]*" | '[^'\n]*'(?!\w)) | «\u00a0[^»]*» | “[^”]*” | \b\w+_\w+\b
    | \[[\w|-]+\|[\w|\s-]+\] | \((?:table\ )?[a-z]+\) | \((?:network|fictitious\ demonstration\ data)\)
    | Licence\ Ouverte\ /\ Open\ Licence
    | ^\ *(?:[a-z]+(?:-[a-z]+)*|[A-Z]+)\ \ +
    """,
    re.VERBOSE | re.MULTILINE,
)


# What stands for something to be typed, also behind the name of a command.
PLACE = re.compile(r"\b(?:FILE|FOLDER|YEAR|VALUE|NAME|LOAD|COMMAND|WORDS?|FUNDER|DEPARTMENT|COLUMN|PROFILE)\b")


def ids(db: Path) -> re.Pattern[str]:
    """The ids of what a registry holds, each as a whole."""
    with closing(sqlite3.connect(db)) as connection:
        found = [
            str(id_)
            for name, table in TABLES.items()
            if "id" in table.names
            for (id_,) in connection.execute(f"select id from {name}")
        ]
        found += [scheme for (scheme,) in connection.execute("select distinct scheme from funding") if scheme]
    found += RULES
    longest = sorted(map(re.escape, found), key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(longest)})(?![\w-])")


def english_in(text: str, own: re.Pattern[str] | None = None) -> list[str]:
    """The lines of a text with English words, and these."""
    rest = re.sub(r"^\s*Exemples? ?[\s\S]*?(?:\n\n|\Z)", "\n", text, flags=re.MULTILINE)
    rest = re.sub(r"[\w.-]+@[\w.-]+", " ", rest)
    rest = STABLE.sub(" ", own.sub(" ", rest) if own else rest)
    found = [f"{place}: stands for something" for place in PLACE.findall(text)]
    for line in rest.splitlines():
        # A table of Markdown escapes its underscores.
        odd = [word for word in WORD.findall(line) if word.casefold() in ENGLISH] + METAVARS.findall(line)
        found += [f"{', '.join(odd)}: {line.strip()[:200]}"] if odd else []
    return found


@pytest.mark.parametrize(
    ("text", "words_"),
    [
        ("The registry is there.", {"the", "registry", "is", "there"}),
        ("Aucune ligne n'a été loaded.", {"loaded"}),
        ("Montant granted", {"granted"}),
        ("Le registre est prêt.", set()),
        ("crpv report funding", set()),
        ("crpv load FILE", {"file"}),
        ("Montant (amount)", set()),
        ("[high|medium|low]", set()),
    ],
)
def test_english_is_heard(text: str, words_: set[str]) -> None:
    found, *_ = english_in(text) or ["none: "]
    assert set(found.split(":")[0].casefold().split(", ")) == (words_ or {"none"})


def test_there_are_words_to_hear() -> None:
    assert len(ENGLISH) > 700
    assert {"the", "of", "with", "was", "row", "amount", "granted", "loaded", "registry"} <= ENGLISH


# --- Help --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def db(demo_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copy(demo_path, tmp_path_factory.mktemp("french") / "demo.sqlite"))


@pytest.fixture(scope="module")
def own(db: Path) -> re.Pattern[str]:
    return ids(db)


def said(db: Path, *arguments: str, code: int = 0) -> str:
    ran = run("fr", db.parent, *arguments, db=db)
    assert ran.returncode == code, ran.stderr
    return f"{ran.stdout}\n{ran.stderr}"


HELPED = [*(path for path in COMMANDS if path), *((name,) for name in (*TABLES, *VIEWS, *TOPICS) if name != "words")]


@pytest.mark.parametrize("asked", HELPED, ids=" ".join)
def test_help_is_french(asked: tuple[str, ...], db: Path) -> None:
    text = said(db, "help", *asked)
    assert english_in(text) == []
    if asked in COMMANDS:
        assert english_in(said(db, *asked, "--help")) == []


def test_the_contents_of_help_are_french(db: Path) -> None:
    assert english_in(said(db, "help")) == []


def test_the_help_on_words_has_those_of_both_languages_and_no_other(db: Path) -> None:
    text = " ".join(said(db, "help", "words").split())
    labels = {*(table.label for table in TABLES.values()), *TABLES}
    lists = [column.choices for table in TABLES.values() for column in table.columns]
    for choice in chain.from_iterable(lists):
        labels |= {choice.code, choice.label, *choice.also}
    both = "|".join(re.escape(label) for label in sorted(labels, key=len, reverse=True))
    text = re.sub(rf"(?<![\w-])(?:{both})(?![\w-])", " ", text)
    assert english_in(text) == []


# --- Reports, lists and whatever else the registry answers -------------------------------------------------------

REPORTS = [
    "report network",
    "report network --as-of 2025-12-31 --compare-to 2023",
    "report network --centre oriv",
    "report coverage --as-of 2023-10-17",
    *(f"report coverage --by {by} --measure contracts" for by in ("centre", "region", "department")),
    "report coverage --region Picardie",
    "report funding",
    "report funding --year 2023 --stage paid",
    *(f"report funding --by {by}" for by in ("centre-year", "region", "funder", "kind", "year")),
    "report evaluations --as-of 2025-12-31",
    "report evaluations --mission animation",
    *(f"report activity --by {by}" for by in ("centre", "mission", "type", "theme", "audience", "mode", "year")),
    "report agreements",
    "report agreements --status over",
    "report returns --year 2025",
    "report returns --year 2025 --by sheet",
    "report returns --year 2025 --centre irev",
    "report changes --from 2016 --to 2025",
    "show oriv",
    "show irev --as-of 2016-06-30",
    "map",
    "map --measure inhabitants --centre oriv",
    "search zzzz",
    "check",
    "check --list",
    "log",
    "info",
    "list",
    "list --overseas",
    "trace centres oriv",
    "trace coverage-neighbourhoods",
]
# What only a terminal is asked for.
ANSWERS = [
    "",
    "check --integrity",
    "check --strict --year 2024",
    "log 1 --limit 20",
    "close",
    "restore",
    "profiles",
    "search oriv",
    "trace perimeters oriv 67",
    *(f"check --rule {rule}" for rule in RULES),
]
# Tables whose cells hold stable names, or English: the units and names of figures, and the English names of missions.
NAMED = {"missions", "published_figures", "funding"}


@pytest.fixture(scope="module")
def asked(db: Path) -> Path:
    """The demonstration while a collection is under way: one centre has answered, one with faults."""
    assert run("fr", db.parent, "template", "--year", "2025", "--each", "f/", "--due", "2026-03-31", db=db).stderr
    return db


@pytest.mark.parametrize("words_", [*REPORTS, *ANSWERS])
def test_an_answer_is_french(words_: str, asked: Path, own: re.Pattern[str]) -> None:
    ran = run("fr", asked.parent, *words_.split(), db=asked)
    assert ran.returncode in {0, 1}, ran.stderr
    assert english_in(f"{ran.stdout}\n{ran.stderr}", own) == []


@pytest.mark.parametrize("words_", REPORTS)
@pytest.mark.parametrize("kind", ["md", "html", "xlsx", "docx"])
def test_what_is_handed_on_is_french(words_: str, kind: str, asked: Path, own: re.Pattern[str], tmp_path: Path) -> None:
    file = tmp_path / f"handed.{kind}"
    ran = run("fr", asked.parent, *words_.split(), "-o", str(file), db=asked)
    assert ran.returncode in {0, 1}, ran.stderr
    assert english_in(f"{ran.stderr}\n{text_of(file)}", own) == []


@pytest.mark.parametrize("words_", [*REPORTS[:1], "report coverage", "report funding", "report returns", "check", ""])
def test_an_answer_of_the_bundled_registry_is_french(
    words_: str, reference_path: Path, own: re.Pattern[str], tmp_path: Path
) -> None:
    ran = run("fr", tmp_path, *words_.split(), db=reference_path)
    assert ran.returncode in {0, 1}, ran.stderr
    assert english_in(f"{ran.stdout}\n{ran.stderr}", own) == []


def test_where_nothing_is_what_to_type_is_french(empty_path: Path, reference_path: Path, tmp_path: Path) -> None:
    for db, typed in ((empty_path, "crpv load FICHIER "), (reference_path, " --each formulaires/ ")):
        alone = run("fr", tmp_path, db=db)
        assert typed in alone.stdout
        assert english_in(alone.stdout) == []
    assert english_in(run("fr", tmp_path, db=tmp_path / "nowhere.sqlite").stdout) == []


def test_an_editor_that_is_not_there_is_told_in_french(db: Path) -> None:
    ran = inside("edit", "scales", env={"CRPV_LANG": "fr", "CRPV_DB": str(db), "EDITOR": "no-such-editor"})
    assert ran.returncode != 0
    assert english_in(ran.stderr.replace("no-such-editor", " ")) == []


@pytest.mark.parametrize("name", [name for name in TABLES if name not in NAMED])
def test_a_list_is_french(name: str, asked: Path, own: re.Pattern[str]) -> None:
    assert english_in(said(asked, "list", name, "--limit", "40"), own) == []


# --- Pages and workbooks -----------------------------------------------------------------------------------------


def text_of(file: Path) -> str:
    """Everything that people read in a file."""
    if file.suffix == ".xlsx":
        return "\n".join(text_of_book(file))
    if file.suffix == ".ods":
        with zipfile.ZipFile(file) as parts:
            text = parts.read("content.xml").decode()
        text = re.sub(r'<table:table [^>]*table:name="crpv-form".*?</table:table>', " ", text, flags=re.DOTALL)
        named = re.findall(r'table:(?:name|title)="([^"]*)"', text)
        return html.unescape("\n".join([re.sub("<[^>]*>", "\n", text), *named]))
    if file.suffix == ".docx":
        with zipfile.ZipFile(file) as parts:
            names = [name for name in parts.namelist() if re.match(r"word/(?:document|header|footer)\d*\.xml", name)]
            text = "\n".join(parts.read(name).decode() for name in names)
        told = re.findall(r'(?:descr|title|w:tbl(?:Caption|Description) w:val)="([^"]*)"', text)
        lines = re.sub(r"</w:p>", "\n", text)
        return html.unescape("\n".join([re.sub("<[^>]*>", "", lines), *told]))
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".html":
        assert '<html lang="fr"' in text
        shown = re.sub(r"<(style|script)\b.*?</\1>", " ", text, flags=re.DOTALL)
        told = re.findall(r'(?:alt|title|aria-label|placeholder)="([^"]*)"', shown)
        return html.unescape("\n".join([re.sub("<[^>]*>", "\n", shown), *told]))
    return text.replace("\\_", "_")


# Columns of a workbook that hold stable names, which go with the ids beside them.
CODES = {"Sujet", "Unité", "Intitulé", "Règle", "Nom de la colonne", "Identifiant", "SHA-256"}


def text_of_book(file: Path) -> Iterator[str]:
    """The cells and comments that people read, what lists and checks say, charts, headers and properties."""
    book: Workbook = load_workbook(file)
    for sheet in book:
        if sheet.sheet_state != "visible":
            continue
        yield sheet.title
        coded: set[int] = set()
        for cells in sheet.iter_rows():
            for place, cell in enumerate(cells):
                if cell.value in CODES:
                    coded.add(place)
                elif isinstance(cell.value, str) and place not in coded:
                    yield cell.value
                if cell.comment:
                    yield cell.comment.text
        for check in sheet.data_validations.dataValidation:
            yield from (one for one in (check.error, check.errorTitle, check.prompt, check.promptTitle) if one)
            if check.formula1 and check.formula1.startswith('"'):
                yield check.formula1.strip('"')
    yield from (one for one in (book.properties.title, book.properties.subject, book.properties.description) if one)
    with zipfile.ZipFile(file) as parts:
        for name in parts.namelist():
            if "charts/" in name or "drawings/" in name:
                part = parts.read(name).decode(errors="replace")
                yield from (html.unescape(one) for one in re.findall(r"<a:t>([^<]*)", part))


# --- A collection: forms, what comes back, reminders -------------------------------------------------------------


@pytest.fixture(scope="module")
def collection(db: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A registry that asked for a year in both kinds of workbooks, and one form that came back with faults."""
    folder = tmp_path_factory.mktemp("collection")
    own_db = Path(shutil.copy(db, folder / "crpv.sqlite"))
    for more in ((), ("--ods",)):
        ran = run(
            "fr", folder, *("template", "--year", "2024", "--each", "f/", "--contact", "a@b.fr", *more), db=own_db
        )
        assert ran.returncode == 0, ran.stderr
        assert english_in(f"{ran.stdout}\n{ran.stderr}") == []
    book = load_workbook(folder / "f" / "oriv.xlsx")
    for sheet in book.worksheets:
        for row in sheet.iter_rows(min_row=5, max_row=12):
            for cell in row:
                if sheet.sheet_state == "visible" and sheet.title != "À lire" and cell.value is None and cell.row > 5:
                    cell.value = "???"
    book.save(folder / "faulty.xlsx")
    return own_db, folder


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_a_form_is_french(kind: str, collection: tuple[Path, Path], own: re.Pattern[str]) -> None:
    assert english_in(text_of(collection[1] / "f" / f"oriv.{kind}"), own) == []


@pytest.mark.parametrize("name", TABLES)
def test_a_form_of_a_table_is_french(name: str, db: Path, own: re.Pattern[str], tmp_path: Path) -> None:
    ran = run("fr", tmp_path, "template", name, "-o", "form.xlsx", db=db)
    if ran.returncode == 0:
        assert english_in(text_of(tmp_path / "form.xlsx"), own) == []
    assert english_in(ran.stderr, own) == []


def test_what_comes_back_marked_is_french(collection: tuple[Path, Path], own: re.Pattern[str]) -> None:
    db, folder = collection
    ran = run("fr", folder, "load", "faulty.xlsx", "--marked", "rendus/", db=db)
    assert ran.returncode == 1, ran.stderr
    assert ran.stderr.count("???") > 10
    assert english_in(ran.stderr, own) == []
    assert english_in(text_of(folder / "rendus" / "faulty.xlsx"), own) == []


def test_reminders_are_french(collection: tuple[Path, Path], own: re.Pattern[str]) -> None:
    db, folder = collection
    text = said(db, "remind", "--year", "2024", "-o", str(folder / "letters"))
    text += said(db, "remind", "--show-template")
    letters = sorted((folder / "letters").iterdir())
    assert {letter.suffix for letter in letters} == {".txt", ".eml", ".csv"}
    text += "\n".join(letter.read_text(encoding="utf-8-sig") for letter in letters if letter.suffix != ".eml")
    assert english_in(text, own) == []


# --- Errors ------------------------------------------------------------------------------------------------------

WRONG = {
    "nothing": 2,
    "list nothing": 2,
    "list --as-of 31/02/2023": 2,
    "list --as-of 01/02/03": 2,
    "list --limit none": 2,
    "list --limit -1": 2,
    "list --columns nothing": 2,
    "list --sort nothing": 2,
    "list --centre nobody": 2,
    "list --region nowhere": 2,
    "list --department nowhere": 2,
    "list funding --year twenty": 2,
    "list -f docs": 2,
    "list -o x.docs": 2,
    "list -o absent/x.csv": 3,
    "list --known yesterday": 2,
    "list --known 999": 2,
    "list --nothing": 2,
    "list centres more": 2,
    "list --db absent.sqlite": 3,
    "list --db broken.sqlite": 3,
    "show": 2,
    "show nobody": 2,
    "show saint-denis": 2,
    "show oriv --as-of never": 2,
    "search": 2,
    "search metz --table nothing": 2,
    "map --measure nothing": 2,
    "map --centre nobody": 2,
    "report": 2,
    "report nothing": 2,
    "report network --centre all": 2,
    "report network --compare-to 2099": 2,
    "report network --within 9999": 2,
    "report network --cycle 0": 2,
    "report network --explain nothing": 2,
    "report coverage --by nothing": 2,
    "report coverage --measure nothing": 2,
    "report funding --stage nothing": 2,
    "report funding --by nothing": 2,
    "report funding --nature nothing": 2,
    "report funding --from 2024 --to 2020": 2,
    "report funding --explain amount@nobody": 2,
    "report evaluations --mission nothing": 2,
    "report activity --by nothing": 2,
    "report agreements --status nothing": 2,
    "report agreements --within -1": 2,
    "report returns --by nothing": 2,
    "report returns --year 1900": 2,
    "report changes": 2,
    "report changes --from 2025 --to 2020": 2,
    "report changes --from never": 2,
    "check --rule nothing": 2,
    "check --accept nothing oriv": 2,
    "check --accept co-funding": 2,
    "check --accept co-funding nobody --until 2099 --reason x": 2,
    "check --cycle none": 2,
    "check --mend": 2,
    "centre": 2,
    "centre nothing": 2,
    "centre open": 2,
    "centre open oriv --name x --form gip --serves 67 --on 2026-01-01": 2,
    "centre open new --name x --form nothing --serves 67 --on 2026-01-01": 2,
    "centre rename nobody --name x --on 2024-01-01": 2,
    "centre rename oriv --on 2024-01-01": 2,
    "centre change oriv --on 2024-01-01": 2,
    "centre change oriv --form gip --on never": 2,
    "centre take-over oriv 999 --on 2024-01-01": 2,
    "centre take-over oriv 67 --on 2024-01-01": 0,
    "centre hand-over oriv 59 --on 2024-01-01": 2,
    "centre label oriv --from 2025-01-01 --to 2024-01-01": 1,
    "centre unlabel oriv --on 2024-01-01": 2,
    "centre merge oriv --into oriv --on 2024-01-01": 2,
    "centre close nobody --on 2024-01-01": 2,
    "centre close oriv --on 1900-01-01": 2,
    "load": 2,
    "load absent.csv": 3,
    "load broken.xlsx": 1,
    "load strange.csv": 1,
    "load empty.csv": 1,
    "load faulty.csv": 1,
    "load faulty.csv --as nothing": 2,
    "load faulty.csv --set nothing": 2,
    "load faulty.csv --set nothing=1": 1,
    "load faulty.csv --profile nothing": 2,
    "load faulty.csv --profile broken.toml": 3,
    "load faulty.csv --encoding nothing": 1,
    "load faulty.csv --delimiter nothing": 2,
    "load faulty.csv --sheet nothing": 1,
    "load faulty.csv --refused faulty.csv --keep-valid": 2,
    "diff absent.csv": 3,
    "diff faulty.csv": 1,
    "add": 2,
    "add nothing": 2,
    "add evaluations": 2,
    "add evaluations nothing": 2,
    "add evaluations nothing=1": 2,
    "add evaluations centre=nobody mission=animation year=2024 kind=joint": 1,
    "add evaluations centre=oriv mission=animation year=twenty kind=nothing": 1,
    "export": 2,
    "export nothing": 2,
    "export all": 2,
    "export exceptions --public": 2,
    "schema": 2,
    "schema nothing": 2,
    "schema exceptions --public": 2,
    "template nothing": 2,
    "template --each f2/ --centre nobody": 2,
    "template funding": 2,
    "template funding -o form.csv": 2,
    "template funding --year twenty -o form.xlsx": 2,
    "template --each f2/ --year 2024 --due never": 2,
    "remind": 2,
    "remind --year 1900 -o r/": 2,
    "remind --year 2025 -o r/ --template absent.txt": 3,
    "remind --year 2025 -o r/ --template broken.toml": 2,
    "profiles nothing": 2,
    "profiles absent.toml": 3,
    "profiles broken.toml": 3,
    "profiles draft": 2,
    "profiles draft absent.csv": 3,
    "query": 2,
    "query selec": 2,
    "query delete": 2,
    "query select:x": 2,
    "query select -p nothing": 2,
    "log 999": 2,
    "log nothing": 2,
    "merge": 2,
    "merge absent.sqlite": 3,
    "merge broken.sqlite": 3,
    "merge demo.sqlite": 2,
    "undo": 2,
    "undo 999": 2,
    "undo nothing": 2,
    "undo 1": 2,
    "trace": 2,
    "trace nothing": 2,
    "trace centres": 2,
    "trace centres nobody": 2,
    "trace funding oriv": 2,
    "trace funding oriv etat 2023 P147 paid more and more and more": 2,
    "verify": 2,
    "verify absent.csv": 3,
    "close 1900": 2,
    "close twenty": 2,
    "close 2024 absent.html": 3,
    "close 2024 --rests-on 999": 2,
    "edit": 2,
    "edit nothing": 2,
    "init --db broken.sqlite": 3,
    "init --demo --empty --db new.sqlite": 2,
    "backup -o absent/x.sqlite": 3,
    "backup --db absent.sqlite": 3,
    "restore absent.sqlite": 2,
    "restore never": 2,
    "help nothing": 2,
    "help report nothing": 2,
    "info --nothing": 2,
    "info --db absent.sqlite": 3,
}
# What answers with the stable names of all figures, behind its first line.
LISTING = {"report network --explain nothing", "trace nothing", "export nothing", "schema nothing"}
FILES = {
    "broken.sqlite": b"nothing of a registry, though long enough" * 30,
    "broken.xlsx": b"PK\x03\x04 not a workbook",
    "broken.toml": b"name = \n",
    "strange.csv": b"one,two\n1,2\n",
    "empty.csv": b"",
    "faulty.csv": (
        b"centre,mission,year,kind,scale,rating\nnobody,nothing,twenty,strange,none,many\noriv,animation,2024\n"
    ),
}


@pytest.fixture(scope="module")
def wrong(asked: Path) -> Path:
    for name, content in FILES.items():
        (asked.parent / name).write_bytes(content)
    return asked


@pytest.mark.parametrize("words_", WRONG)
def test_an_error_is_french(words_: str, wrong: Path, own: re.Pattern[str]) -> None:
    failed: CompletedProcess[str] = run("fr", wrong.parent, *words_.split(), db=wrong)
    assert (failed.returncode, failed.stderr == "") == (WRONG[words_], False), failed.stderr
    # What was typed wrongly stands bare in what Click says, and reports, rules and figures are called by their names.
    said_first = failed.stderr.splitlines()[0] if words_ in LISTING else failed.stderr
    bare = {
        "funder",
        *words_.split(),
        *re.findall(r"\w+", FILES["faulty.csv"].decode()),
        *chain.from_iterable(COMMANDS),
    }
    typed = "|".join(sorted(map(re.escape, bare), key=len, reverse=True))
    told = re.sub(rf"(?<![\w-])(?:{typed})(?![\w-])", " ", said_first)
    assert english_in(f"{failed.stdout}\n{told}", own) == []


def test_every_command_is_tried_wrongly() -> None:
    groups = {path[:-1] for path in COMMANDS if path}
    asked: Sequence[tuple[str, ...]] = [tuple(words_.split()) for words_ in WRONG]
    for path in COMMANDS:
        if path and path not in groups:
            assert any(words_[: len(path)] == path for words_ in asked), path
