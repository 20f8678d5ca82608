"""A file that describes a profile: what is wrong with it is said with its place, and it is shown as it is read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from crpv_cli import language
from crpv_cli.errors import FileProblem
from crpv_cli.intake.profiles.describing import profile_sheet, profiles_list
from crpv_cli.intake.profiles.parsing import parse
from crpv_cli.intake.profiles.profile import Part, Profile
from crpv_cli.result import Result

REPOSITORY = Path(__file__).resolve().parent.parent.parent
MONEY = """
name = "money"
table = "funding"
title = "Money"
[header.required]
centre = []
funder = ["financeur"]
year = []
amount = []
[header.optional]
purpose = []
part = []
[let.given]
constant = "given"
[let.number]
from = "funder"
convert = ["siren"]
[columns.centre]
from = "centre"
[columns.funder]
find = [{ lookup = "funders", from = "funder" }, { lookup = "funder-of-siren", from = "number" }]
[columns.year]
from = "year"
convert = ["year"]
[columns.stage]
constant = "granted"
[columns.object]
from = ["purpose", "given"]
[columns.reference]
template = "{year} {file}"
[columns.amount]
from = "amount"
convert = ["amount"]
share = "part"
[columns.note]
from = "purpose"
convert = [{ choice = "words" }, "text"]
skip-empty = "empty"
skip-unreadable = { en = "unreadable", fr = "illisible" }
[choices.words]
"oui" = "yes"
"""


def refused(content: str) -> tuple[str, str]:
    """What is said of a profile that cannot be used, without its name, and the advice."""
    with pytest.raises(FileProblem) as problem:
        parse(content.encode(), "money.toml")
    said = problem.value.message.text("en")
    start = "The profile money.toml cannot be used: "
    assert said.startswith(start)
    assert problem.value.advice is not None
    return said.removeprefix(start), problem.value.advice.text("en")


def columns(**changed: str) -> str:
    """The profile with other columns in place of its own, or with more of them."""
    content = MONEY
    for name, text in changed.items():
        start = content.find(f"[columns.{name}]\n")
        end = content.find("\n[", start) + 1
        content = (content[:start] + content[end:] if start >= 0 else content) + f"[columns.{name}]\n{text}\n"
    return content


def without(group: str) -> str:
    """The profile without one of its groups."""
    return re.sub(rf"^\[{group}\.\w+\]\n(?:[^\[\n].*\n)+", "", MONEY, flags=re.MULTILINE)


DOCS = "See docs/profiles.md for what a profile looks like."
GROUP = "a group of keys is expected."
TEXT = "a text is expected."
FROM = 'from = "purpose"\n'


@pytest.mark.parametrize(
    ("content", "said", "advice"),
    [
        (MONEY.replace('table = "funding"', 'table = "fundings"'), "table: there is no table called fundings.", "fund"),
        (MONEY.replace('table = "funding"', 'table = "xyz"'), "table: there is no table called xyz.", "The tables are"),
        (MONEY.replace('title = "Money"', "title = 3"), "title: a text is expected, or one for each language: {", DOCS),
        (MONEY.replace('title = "Money"', 'title = { fr = "x" }'), "title: a text is expected, or one for each", DOCS),
        (MONEY.replace('title = "Money"', 'title = { en = "x", de = "x" }'), "title: a text is expected, or one", DOCS),
        (
            "xyzzy = 1\n" + MONEY,
            "xyzzy: there is no such key.",
            "The keys are: name, title, note, table, header, let",
        ),
        ("notes = 1\n" + MONEY, "notes: there is no such key.", "Did you mean note?"),
        (MONEY.replace('name = "money"', "name = 3"), f"name: {TEXT}", DOCS),
        (MONEY.replace("[header.required]", "[header.requires]"), "header.requires: there is no such key.", "required"),
        (MONEY.replace("year = []", "year = 3"), "header.required.year: a text or a list of texts is expected.", DOCS),
        (MONEY.replace("year = []", "year = [3]"), "header.required.year: a text or a list of texts is expected", DOCS),
        (MONEY.replace("part = []", "part = 3"), "header.optional.part: a text or a list of texts is expected.", DOCS),
        ("let = 3\n" + without("let"), f"let: {GROUP}", DOCS),
        (MONEY.replace("[let.given]", "[let.year]"), "let.year: a column of the file already has that name.", DOCS),
        (MONEY.replace("[let.given]", "[let.part]"), "let.part: a column of the file already has that name.", DOCS),
        (MONEY + "[let.later]\nfrom = 'laters'\n", "let.later.from: “laters” is neither a column of", DOCS),
        (MONEY.replace('["purpose", "given"]', '["gives"]'), "columns.object.from: “gives” is neither", "mean given?"),
        (columns(scheme="from = [3]"), "columns.scheme.from: a text or a list of texts is expected.", DOCS),
        (columns(scheme="constant = 3"), f"columns.scheme.constant: {TEXT}", DOCS),
        (columns(scheme="template = 3"), f"columns.scheme.template: {TEXT}", DOCS),
        (columns(scheme="rules = [3]"), f"columns.scheme.rules[1]: {GROUP}", DOCS),
        (
            columns(scheme="rules = [{ value = 'x', if = 3 }]"),
            "columns.scheme.rules[1].if: there is no such key.",
            "The",
        ),
        (columns(scheme="rules = [{ where = 3, value = 'x' }]"), f"columns.scheme.rules[1].where: {GROUP}", DOCS),
        (
            columns(scheme="rules = [{ where = { year = 3 }, value = 'x' }]"),
            f"columns.scheme.rules[1].where.year: {TEXT}",
            DOCS,
        ),
        (
            columns(scheme="rules = [{ where = { year = '(' }, value = 'x' }]"),
            "columns.scheme.rules[1].where.year: it is not a regular expression: ",
            DOCS,
        ),
        (
            columns(scheme="rules = [{ where = { x = 'x' }, value = 'x' }]"),
            "columns.scheme.rules[1].where: “x” is",
            DOCS,
        ),
        (columns(scheme="rules = [{ where = {} }]"), f"columns.scheme.rules[1].value: {TEXT}", DOCS),
        (columns(scheme="rules = []\notherwise = 3"), f"columns.scheme.otherwise: {TEXT}", DOCS),
        (columns(scheme="find = [3]"), f"columns.scheme.find[1]: {GROUP}", DOCS),
        (
            columns(scheme="find = [{ lookup = 'funder', from = 'part' }]"),
            "columns.scheme.find[1].lookup: there is no",
            "funders",
        ),
        (
            columns(scheme="find = [{ lookup = 'xyz', from = 'part' }]"),
            "columns.scheme.find[1].lookup: there is no",
            "The look",
        ),
        (columns(scheme="find = [{ lookup = 'funders' }]"), f"columns.scheme.find[1].from: {TEXT}", DOCS),
        (
            columns(scheme="find = [{ lookup = 'funders', at = 1 }]"),
            "columns.scheme.find[1].at: there is no such",
            "The ",
        ),
        (
            columns(scheme="find = [{ lookup = 'funders', from = 'part', unless = 'x' }]"),
            "columns.scheme.find[1].unless: “x” is neither",
            DOCS,
        ),
        (columns(scheme=FROM + "create = 3"), f"columns.scheme.create: {TEXT}", DOCS),
        (columns(scheme=FROM + "create = 'centres'"), "columns.scheme.create: there is no group create.centres.", DOCS),
        (columns(scheme=FROM + "share = 'x'"), "columns.scheme.share: “x” is neither", DOCS),
        (
            columns(scheme=FROM + "share = 'part'"),
            "columns.scheme.share: only a column of amounts can have a share.",
            'Write convert = ["amount"].',
        ),
        (columns(scheme=FROM + "convert = ['amount']\nshare = 'part'"), "columns.scheme.share: only a column", "Write"),
        (columns(scheme=FROM + "skip-empty = 3"), "columns.scheme.skip-empty: a text is expected, or one", DOCS),
        (columns(scheme=FROM + "skip-unknown = 3"), "columns.scheme.skip-unknown: a text is expected, or one", DOCS),
        (columns(scheme=FROM + "skip-unreadable = 3"), "columns.scheme.skip-unreadable: a text is expected", DOCS),
        (columns(scheme=FROM + "suspect = 3"), f"columns.scheme.suspect: {GROUP}", DOCS),
        (columns(scheme=FROM + "convert = ['amounts']"), "columns.scheme.convert[1]: there is no conversion", "amount"),
        (
            columns(scheme=FROM + "convert = ['xyz']"),
            "columns.scheme.convert[1]: there is no conversion called “xyz”",
            "The c",
        ),
        (
            columns(scheme=FROM + "convert = [{ x = 1 }]"),
            "columns.scheme.convert[1]: a conversion is a name, or a",
            DOCS,
        ),
        (columns(scheme=FROM + "convert = [{ choice = 3 }]"), f"columns.scheme.convert[1].choice: {TEXT}", DOCS),
        (
            columns(scheme=FROM + "convert = [{ choice = 'x', y = 1 }]"),
            "columns.scheme.convert[1].y: there is no",
            "The",
        ),
        (
            columns(scheme=FROM + "convert = [{ choice = 'words', otherwise = 3 }]"),
            f"columns.scheme.convert[1].otherwise: {TEXT}",
            DOCS,
        ),
        (MONEY.replace('"oui" = "yes"', '"oui" = 3'), f"choices.words.oui: {TEXT}", DOCS),
        (MONEY + "x = 1\n", f"choices.words.x: {TEXT}", DOCS),
        (columns(scheme=FROM + "convert = [{ words = 3 }]"), f"columns.scheme.convert[1].words: {TEXT}", DOCS),
        (
            columns(scheme=FROM + "convert = [{ words = 'oe', y = 1 }]"),
            "columns.scheme.convert[1].y: there is no",
            "The",
        ),
        (
            columns(scheme=FROM + "convert = [{ words = 'oe' }]") + "[words.oe]\ncertains = {}\n",
            "words.oe.certains: there is no such key.",
            "Did you mean certain?",
        ),
        (
            columns(scheme=FROM + "convert = [{ words = 'oe' }]") + "[words.oe]\ndoubtful = ['x']\n",
            "columns.scheme.convert[1]: there is no group words.oe.certain.",
            DOCS,
        ),
        (
            columns(scheme=FROM + "convert = [{ words = 'oe' }]") + "[words.oe]\ncertain = { x = 3 }\n",
            f"words.oe.certain.x: {TEXT}",
            DOCS,
        ),
        (
            columns(scheme=FROM + "convert = [{ words = 'oe' }]") + "[words.oe]\ndoubtful = 3\ncertain = { x = 'y' }\n",
            "words.oe.doubtful: a text or a list of texts is expected.",
            DOCS,
        ),
        (columns(scheme=FROM + "convert = [{ pattern = 3 }]"), f"columns.scheme.convert[1].pattern: {TEXT}", DOCS),
        (columns(scheme=FROM + "convert = [{ pattern = 'x' }]"), f"columns.scheme.convert[1].replace: {TEXT}", DOCS),
        (
            columns(scheme=FROM + "convert = [{ pattern = 'x', by = '' }]"),
            "columns.scheme.convert[1].by: there is no",
            "",
        ),
        (
            columns(scheme=FROM + r"convert = [{ pattern = '(x)', replace = '\2' }]"),
            "columns.scheme.convert[1].replace: it is not a valid replacement: ",
            DOCS,
        ),
        ("filter = [3]\n" + MONEY, f"filter[1]: {GROUP}", DOCS),
        (
            MONEY + '[[filter]]\nfrom = "year"\nequals = "1"\nreason = "x"\n[[filter]]\nfrom = "year"\nreason = "x"\n',
            "filter[2]: it does not say what to keep.",
            "Write equals, differs, matches or lacks.",
        ),
        (MONEY + '[[filter]]\nif = "x"\n', "filter[1].if: there is no such key.", "The keys are: from, reason, equals"),
        (MONEY + '[[filter]]\nfrom = "x"\nequals = "1"\nreason = "x"\n', "filter[1].from: “x” is neither", DOCS),
        (MONEY + '[[filter]]\nfrom = "year"\nequals = 1\nreason = "x"\n', "filter[1].equals: a text or a list", DOCS),
        (MONEY + '[[filter]]\nfrom = "year"\ndiffers = 1\nreason = "x"\n', "filter[1].differs: a text or a list", DOCS),
        (MONEY + '[[filter]]\nfrom = "year"\nlacks = 1\nreason = "x"\n', f"filter[1].lacks: {TEXT}", DOCS),
        (
            MONEY + '[[filter]]\nfrom = "year"\nlacks = "x"\nreason = "x"\nafter = "scheme"\n',
            "filter[1].after: there is no such column in this profile.",
            DOCS,
        ),
        ("combine = 3\n" + MONEY, f"combine: {GROUP}", DOCS),
        (MONEY + '[combine]\nidentical = "none"\n', "combine.identical: it is one of each, once.", DOCS),
        (MONEY + '[combine]\nyear = "first"\n', "combine.year: only columns of this profile that are not in", DOCS),
        (MONEY + '[combine]\nscheme = "first"\n', "combine.scheme: only columns of this profile that are not in", DOCS),
        (MONEY + '[combine]\namount = "most"\n', "combine.amount: it is one of sum, first, join.", DOCS),
        (
            MONEY + '[combine]\nnote = "sum"\n',
            "combine.note: only numbers can be summed.",
            'Write convert = ["amount"].',
        ),
        (
            MONEY + '[combine]\namount = "sum"\n',
            "combine.note: it does not say how this column is combined.",
            "Write one of: sum, first, join.",
        ),
        ("create = { funders = 3 }\n" + MONEY, f"create.funders: {GROUP}", DOCS),
        (MONEY + "[create.funders]\ncolumn = {}\n", "create.funders.column: there is no such key.", "columns"),
        (MONEY + "[create.funder]\n", "create.funder: there is no table called funder.", "Did you mean funders?"),
        (MONEY + "[create.missions]\n", "create.missions: a profile cannot create rows of this table.", DOCS),
        (MONEY + "[create.perimeters]\n", "create.perimeters: a profile cannot create rows of this table.", DOCS),
        (
            MONEY + "[create.sources.columns]\nid = { from = 'part' }\n",
            "create.sources.columns: the required columns title are missing.",
            DOCS,
        ),
        (
            MONEY + "[create.sources]\ndistinct = 'x'\n[create.sources.columns]\nid = { from = 'part' }\n"
            "title = { from = 'part' }\n",
            "create.sources.distinct: “x” is neither",
            DOCS,
        ),
        (MONEY.replace('[columns.stage]\nconstant = "granted"\n', ""), "columns: the required columns stage are", DOCS),
        (
            columns(year="from = ['part', 'purpose']"),
            "columns.year: the column is required, so one of part, purpose must be under header.required.",
            DOCS,
        ),
        ("columns = 3\n" + without("columns"), f"columns: {GROUP}", DOCS),
        (
            MONEY.replace('[columns.stage]\nconstant = "granted"\n', "[columns]\nstage = 3\n"),
            f"columns.stage: {GROUP}",
            DOCS,
        ),
        (
            columns(scheme="convert = ['text']"),
            "columns.scheme: it does not say where its value comes from.",
            "Write from = …, or constant = …",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place_and_advice(content: str, said: str, advice: str) -> None:
    assert content != MONEY
    message, its_advice = refused(content)
    assert message.startswith(said)
    assert advice in its_advice


def profile(content: str) -> Profile:
    return parse(content.encode(), "money.toml")


def test_what_may_be_left_out_is_left_out() -> None:
    made = profile(MONEY)
    given = {spec.name: spec for spec in made.specs}
    assert made.title.text("fr") == "Money"
    assert (made.note, made.combine, made.filters, dict(made.creates)) == (None, None, (), {})
    assert (given["stage"].otherwise, given["stage"].create, given["stage"].suspect) == (None, None, None)
    assert not given["stage"].empty_unreadable
    assert given["funder"].find[0].unless is None
    assert profile(columns(scheme="rules = [{ where = {}, value = 'x' }]")).specs[-1].rules[0].because is None
    assert profile(MONEY.replace('title = "Money"\n', "")).title.text() == "money"
    combined = profile(MONEY + '[combine]\namount = "sum"\nnote = "join"\n').combine
    assert combined is not None
    assert (combined.columns, combined.identical) == ({"amount": "sum", "note": "join"}, "each")


@pytest.mark.parametrize(
    ("test", "kept", "skipped"),
    [
        ('equals = ["Été", "b"]', ["ete", "B"], ["", "c"]),
        ('differs = ["Été", "b"]', ["", "c"], ["ete", "B"]),
        ('matches = "^a"', ["A", "ab"], ["", "ba"]),
        ('lacks = "^a"', ["", "ba"], ["A", "ab"]),
        ('matches = "a"\nlacks = "b"\ndiffers = "ac"', ["a", "da"], ["ab", "ac", "c"]),
    ],
)
def test_a_filter_keeps_rows(test: str, kept: list[str], skipped: list[str]) -> None:
    (keeping,) = profile(f'{MONEY}[[filter]]\nfrom = "purpose"\nreason = "x"\n{test}\n').filters
    assert [text for text in kept if not keeping.keeps(text)] == []
    assert [text for text in skipped if keeping.keeps(text)] == []


def test_conversions_are_made_with_what_the_profile_says() -> None:
    steps = (
        "convert = [{ choice = 'words', otherwise = 'no' }, { words = 'oe' }, { pattern = 'A+(b)', replace = '\\1' }]\n"
        "[words.oe]\ncertain = { Cur = 'Cœur' }\ndoubtful = 'Buf'\n"
    )
    named = profile(columns(scheme=FROM + steps)).specs[-1].conversions
    assert [name for name, _ in named] == ["choice words", "words oe", "A+(b) → \\1"]
    choice, words, pattern = (convert for _, convert in named)
    assert [choice("OUI")[0], choice("other")[0]] == ["yes", "no"]
    assert words("Cur")[0] == "Cœur"
    doubtful = words("Buf")[1]
    assert doubtful is not None
    assert doubtful.code == "doubtful-word"
    assert [pattern("xAAb")[0], pattern("xaab")[0]] == ["xb", "xaab"]  # unlike what is looked for, case counts


def test_every_key_is_explained() -> None:
    explained = (REPOSITORY / "docs" / "profiles.md").read_text(encoding="utf-8")
    parts = [Part]
    for part in parts:
        parts += part.__subclasses__()
        for name, field in part.model_fields.items():
            key = field.alias or name
            assert re.search(rf"[`.\[{{ ]{re.escape(key)}[`.\], ]", explained), (part, key)
    assert len(parts) == 14


def rows(result: Result) -> list[tuple[object, ...]]:
    return [tuple(row) for row in result.rows]


def test_a_profile_is_shown_as_it_is_read() -> None:
    described = profile(
        'note = { en = "About.", fr = "À propos." }\n'
        + MONEY
        + '[combine]\namount = "sum"\nnote = "join"\n'
        + '[[filter]]\nfrom = "part"\nequals = "1"\nreason = "late"\nafter = "year"\n'
        + '[[filter]]\nfrom = "year"\nequals = "1"\nreason = { en = "early", fr = "tôt" }\n'
        + "[create.sources.columns]\nid = { from = 'part' }\ntitle = { from = 'given' }\n"
        + "[columns.scheme]\nrules = [{ where = { year = '1', number = '2' }, value = 'x' }]\n"
    )
    sheet = profile_sheet(described)
    (facts,) = rows(sheet.facts)
    assert facts[:4] == ("money", "funding", ("sources",), "money.toml")
    assert str(facts[4].text("fr")) == "À propos."  # type: ignore[attr-defined]
    header, shown, skipped = sheet.sections
    assert rows(header) == [
        ("centre", True, None),
        ("funder", True, "financeur"),
        ("year", True, None),
        ("amount", True, None),
        ("purpose", False, None),
        ("part", False, None),
    ]
    assert rows(shown) == [
        ("funding", "centre", "centre", None, None),
        ("funding", "funder", "funder", "siren, funders, funder-of-siren", None),
        ("funding", "year", "year", "year", None),
        ("funding", "stage", "= granted", None, None),
        ("funding", "object", "purpose, = given", None, None),
        ("funding", "reference", "“{year} {file}”", None, None),
        ("funding", "amount", "amount", "amount", "sum"),
        ("funding", "note", "purpose", "choice words, text", "join"),
        ("funding", "scheme", "year, funder", "siren", None),
        ("sources", "id", "part", None, None),
        ("sources", "title", "= given", None, None),
    ]
    assert rows(skipped) == [
        ("year", "early", "tôt"),
        ("purpose", "empty", "empty"),
        ("purpose", "unreadable", "illisible"),
        ("part", "late", "late"),
    ]
    assert skipped.screen == ("column", "reason")
    listed = profiles_list([described])
    assert rows(listed) == [("money", "funding", "Money", "Money", "centre, funder, year, amount")]
    assert listed.screen == ("name", "table", "title", "recognised_by")
    language.activate("fr")
    assert profile_sheet(described).sections[2].screen == ("column", "reason_fr")
    assert profiles_list([described]).screen == ("name", "table", "title_fr", "recognised_by")
