"""Which text the bytes of a file are is judged: French comes back as it was written, or something is said."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crpv_cli.errors import Severity
from crpv_cli.intake import encodings
from crpv_cli.intake.encodings import Encoding, Judged, judge
from crpv_cli.intake.faults import Fault
from crpv_cli.intake.grid import Row
from crpv_cli.intake.readers import open_csv

TABLE = "nom;objet\nVilles au Carré;Séminaire annuel à Orléans\nÉvry;Journée d'études n° 3\n"
OLD = ["mac-roman", "cp850"]


def written(folder: Path, content: bytes) -> Path:
    path = folder / "file.csv"
    path.write_bytes(content)
    return path


def judged(folder: Path, content: bytes, named: str | None = None) -> Judged:
    return judge(written(folder, content), named)


def text_of(path: Path, encoding: Encoding) -> str:
    decoder, stream = encoding.decoder(), io.BytesIO(path.read_bytes())
    pieces = [decoder.decode(piece) for piece in iter(lambda: stream.read(7), b"")]
    return "".join([*pieces, decoder.decode(b"", True)])


def said(found: Judged) -> list[str]:
    assert all(finding.problem.severity is Severity.WARNING for finding in found.findings)
    assert all(finding.problem.advice for finding in found.findings)
    return [finding.problem.message.text("en") for finding in found.findings]


def fault_of(folder: Path, content: bytes, named: str | None = None) -> Fault:
    with pytest.raises(Fault) as caught:
        judged(folder, content, named)
    assert caught.value.advice is not None
    return caught.value


# UTF-16 and UTF-32


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig", "utf-8", "cp1252"])
def test_what_says_its_encoding_and_what_is_usual_is_read_without_a_word(tmp_path: Path, encoding: str) -> None:
    content = TABLE.encode(encoding)
    found = judged(tmp_path, content)
    assert (text_of(tmp_path / "file.csv", found.encoding), said(found)) == (TABLE, [])
    assert found.sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff"])
def test_the_unicode_text_of_excel_is_read(tmp_path: Path, mark: bytes) -> None:
    codec = "utf-16-le" if mark == b"\xff\xfe" else "utf-16-be"
    file = open_csv(written(tmp_path, mark + "nom\tville\r\nœuvre\tÉvry\r\n".encode(codec)))
    assert (file.delimiter, file.header) == ("\t", ["nom", "ville"])
    assert list(file.rows()) == [Row(2, ["œuvre", "Évry"])]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_without_a_mark_it_is_recognised_and_said(tmp_path: Path, encoding: str) -> None:
    found = judged(tmp_path, TABLE.encode(encoding))
    assert found.encoding == Encoding(encoding)
    assert said(found) == [f"The file was read as {encoding.upper()[:6]} ({encoding}): “Carré”."]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-16-le"])
def test_a_wide_file_that_was_cut_or_holds_null_characters_is_refused(tmp_path: Path, encoding: str) -> None:
    fault = fault_of(tmp_path, TABLE.encode(encoding)[:-1])
    assert fault.code == "wrong-encoding"
    assert encoding in fault.message.text("en")
    assert fault_of(tmp_path, (TABLE + "\x00").encode(encoding)).code == "not-text"


# Macs, MS-DOS, and others before UTF-8


@pytest.mark.parametrize("encoding", OLD)
@pytest.mark.parametrize(
    "word",
    [
        *(
            "café",
            "région",
            "Région Île-de-France",
            "à Tours",
            "À Tours",
            "où",
            "goût",
            "n° 3",
            "SOCIéTé",
            "habitant·e",
        ),
        *("Île-de-France", "FORMAT° DES", "les îlots"),
    ],
)
def test_one_accent_is_enough_to_know_an_old_encoding(tmp_path: Path, encoding: str, word: str) -> None:
    found = judged(tmp_path, f"id;name\na;{word}\n".encode(encoding))
    assert found.encoding == Encoding(encoding)
    (message,) = said(found)
    assert any(f"“{one}”" in message for one in word.split() if not one.isascii())
    assert {"mac-roman": "macOS Roman", "cp850": "MS-DOS"}[encoding] in message
    assert found.findings[0].problem.advice is not None
    assert "--encoding" in found.findings[0].problem.advice.text("en")


@pytest.mark.parametrize(
    "word",
    [
        *("café", "É", "é", "SOCIéTé", "PREMIÈRE", "10 €", "n°3", "suite…", "a – b", "« oui »", "l’été", "m²", "créée"),
        *("habitant·e·s", "Müller", "Ødegård", "½", "Œuvre", "cœur", "100 ‰ §", "50\u00a0%"),
    ],
)
def test_windows_1252_is_taken_for_what_makes_sense_in_it(tmp_path: Path, word: str) -> None:
    for more in ("", "b;été\n"):
        found = judged(tmp_path, f"id;name\na;{word}\n{more}".encode("cp1252"))
        assert (found.encoding, found.findings) == (Encoding("cp1252"), [])


def test_the_euro_and_the_ligature_tell_iso_8859_15(tmp_path: Path) -> None:
    for word in ("cœur", "10 €", "œuvre", "été à Orléans, réglé et créé : 10 €"):
        found = judged(tmp_path, f"id;name\na;{word}\n".encode("iso8859-15"))
        assert found.encoding == Encoding("iso8859-15")
        assert word.split()[-1] in said(found)[0]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"nom;si\xe8ge\nx;\x81\n", 2),  # a byte that Windows-1252 does not know
        (b"a;b\n" * 3 + b"x;\xff\x8d\n", 4),
        ("a;b\r\nПривет;мир\r\n".encode("cp1251"), 2),
        ("a;b\rx;日本語テキスト\r".encode("shift-jis"), 2),
        ("a;b\nx;Évry\n".encode("cp850"), 2),  # on a Mac it would be “êvry”, which is as good
    ],
)
def test_what_is_french_in_no_encoding_is_refused_with_a_line(tmp_path: Path, content: bytes, line: int) -> None:
    fault = fault_of(tmp_path, content)
    assert fault.code == "wrong-encoding"
    assert f"line {line} has “" in fault.message.text("en")
    assert fault.advice is not None
    assert "--encoding" in fault.advice.text("en")


def test_bytes_that_tell_more_are_found_wherever_they_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encodings, "_PIECE", 1 << 10)
    monkeypatch.setattr(encodings, "_MOST_LINES", 10)
    usual = "Orléans;été\n".encode("cp1252") * 1_000
    assert judged(tmp_path, b"a;b\n" + usual).encoding == Encoding("cp1252")
    assert "line 1002 has “" in fault_of(tmp_path, b"a;b\n" + usual + b"x;\x8d\n").message.text("en")
    fault = fault_of(tmp_path, b"a;b\n" + usual + "Orléans;à\n".encode())
    assert fault.code == "mixed-encodings"
    assert "lines 1002" in fault.message.text("en") or "line 1002" in fault.message.text("en")


# Marks before other text, and several encodings in one file


@pytest.mark.parametrize("named", [None, "cp1252", "windows-1252", "latin-1"])
def test_a_mark_of_utf_8_before_other_text_is_taken_off(tmp_path: Path, named: str | None) -> None:
    content = b"\xef\xbb\xbf" + TABLE.encode("cp1252")
    found = judged(tmp_path, content, named)
    assert text_of(tmp_path / "file.csv", found.encoding) == TABLE
    assert said(found) == (
        [] if named else ["The file says that it is UTF-8 and is not; it was read as Windows-1252: “Séminaire”."]
    )
    assert open_csv(tmp_path / "file.csv", named).header == ["nom", "objet"]


def test_the_lines_of_a_file_that_are_in_another_encoding_are_named(tmp_path: Path) -> None:
    lines = [f"Orléans;été {number}\n".encode() for number in range(6)]
    fault = fault_of(tmp_path, b"a;b\n" + b"".join(lines) + "Séminaire;déplacé\n".encode("cp1252"))
    assert fault.code == "mixed-encodings"
    assert fault.message.text("en") == "The file is in UTF-8, but 1 line is not: line 8, “Séminaire”."
    lines[1::2] = ["où;là\n".encode("cp1252")] * 3
    fault = fault_of(tmp_path, b"a;b\r\n" + b"".join(lines).replace(b"\n", b"\r\n"))
    assert fault.message.text("en") == "The file is in UTF-8, but 3 lines are not: lines 3, 5, 7, “où”."
    fault = fault_of(tmp_path, b"a;b\n" + b"".join(lines) + "où;là\n".encode("cp1252"))
    assert fault.message.text("en") == "The file is not in UTF-8, but 3 lines are: lines 2, 4, 6, “Orléans”."


def test_a_character_that_was_cut_is_named(tmp_path: Path) -> None:
    fault = fault_of(tmp_path, "a;b\nOrléans;été\n".encode() + "Séminaire d’été"[:-1].encode() + b"\xc3;x\n")
    assert fault.code == "mixed-encodings"
    assert "line 3" in fault.message.text("en")


# Text that was encoded twice


@pytest.mark.parametrize("through", ["cp1252", "mac-roman", "cp850"])
def test_text_that_was_encoded_twice_is_restored(tmp_path: Path, through: str) -> None:
    twice = TABLE.encode().decode(through)
    found = judged(tmp_path, twice.encode())
    assert text_of(tmp_path / "file.csv", found.encoding) == TABLE
    word = "Carré".encode().decode(through)
    assert said(found) == [f"The text was encoded twice; it was restored: “Carré” for “{word}”."]
    kept = judged(tmp_path, twice.encode(), "utf-8")
    assert (text_of(tmp_path / "file.csv", kept.encoding), said(kept)) == (twice, [])


def test_what_windows_1252_leaves_undefined_is_restored_too(tmp_path: Path) -> None:
    # “Á” and a quotation mark: their last bytes are 81 and 9D.
    text = "nom;objet\nVilles;“Séminaire” d’été à Ávila\n"
    twice = "".join(chr(byte) if byte in b"\x81\x9d" else bytes([byte]).decode("cp1252") for byte in text.encode())
    found = judged(tmp_path, twice.encode())
    assert text_of(tmp_path / "file.csv", found.encoding) == text


@pytest.mark.parametrize("word", ["10 €", "L’ETAT", "é", "’", "n°", "à", "cœur", "créée", "« À »"])
def test_one_word_that_was_encoded_twice_is_enough(tmp_path: Path, word: str) -> None:
    found = judged(tmp_path, f"a;b\nx;{word}\n".encode().decode("cp1252").encode())
    assert found.encoding == Encoding("utf-8-sig", through="cp1252")
    assert text_of(tmp_path / "file.csv", found.encoding) == f"a;b\nx;{word}\n"


def test_where_only_a_part_was_encoded_twice_it_is_said_and_kept(tmp_path: Path) -> None:
    content = TABLE + "Villes;Ã©tÃ©\nVilles;été\nVilles;Ã©tÃ© Ã\xa0 Tours\n"
    found = judged(tmp_path, content.encode())
    assert text_of(tmp_path / "file.csv", found.encoding) == content
    assert said(found) == ["2 lines hold text that was encoded twice: “Ã©tÃ©” is probably “été” (line 4)."]
    assert (found.findings[0].line, found.findings[0].value) == (4, "Ã©tÃ©")


@pytest.mark.parametrize("word", ["SÃO PAULO", "Âge", "âge", "√2", "├ racine"])
def test_what_only_looks_like_it_is_text(tmp_path: Path, word: str) -> None:
    found = judged(tmp_path, f"{TABLE}{word};x\n".encode())
    assert (found.encoding, found.findings) == (Encoding("utf-8-sig"), [])


# What the user names


@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        *((one, one) for one in ("utf-16", "utf-16-le", "utf-16-be", "utf-32")),
        *((one, one) for one in ("mac-roman", "cp850", "latin-1", "cp1252")),
        ("utf-16", "utf-16-le"),
        ("utf-16-be", "utf-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-8-sig", "utf-8"),
    ],
)  # fmt: skip
def test_a_named_encoding_is_obeyed_and_a_mark_dropped(tmp_path: Path, encoding: str, named: str) -> None:
    found = judged(tmp_path, TABLE.encode(encoding), named)
    assert (text_of(tmp_path / "file.csv", found.encoding), said(found)) == (TABLE, [])


def test_a_named_encoding_is_obeyed_though_another_makes_more_sense(tmp_path: Path) -> None:
    content = TABLE.encode()
    found = judged(tmp_path, content, "cp850")
    assert text_of(tmp_path / "file.csv", found.encoding) == content.decode("cp850")


@pytest.mark.parametrize(
    ("content", "named", "message"),
    [
        ("a;b\r\nété;x\r\n".encode("cp1252"), "utf-8", "utf-8: line 2, bytes E9 74 E9 3B."),
        (b"a\n" * 5_000 + b"\x81\n", "cp1252", "cp1252: line 5001, bytes 81 0A."),
        ("a;b\n".encode("utf-16"), "cp1252", "cp1252."),
        ("été".encode(), "ascii", "ascii: line 1, bytes C3 A9 74 C3."),
    ],
)
def test_bytes_that_are_not_in_the_named_encoding_are_named(
    tmp_path: Path, content: bytes, named: str, message: str
) -> None:
    fault = fault_of(tmp_path, content, named)
    assert (fault.code, fault.message.text("en")) == (
        "wrong-encoding",
        f"The file is not in the encoding {message}",
    )


# Whatever French is written

WORDS = [
    *(
        "région",
        "école",
        "activité",
        "été",
        "réseau",
        "à",
        "où",
        "année",
        "développement",
        "égalité",
        "santé",
        "sécurité",
    ),
    *(
        "évaluation",
        "département",
        "préfecture",
        "métropole",
        "première",
        "siège",
        "délégué",
        "qualité",
        "créée",
        "même",
    ),
    *("numéraire", "être", "après", "déjà", "voilà", "goût", "œuvre", "cœur", "naïf", "Noël", "maïs", "ambiguë", "île"),
    *("Évry", "Orléans", "Besançon", "Nîmes", "Saint-Étienne", "ÉTAT", "ÉCOLE", "RÉGION", "Île-de-France", "À", "Ça"),
    *("français", "leçon", "fenêtre", "d’été", "l’accueil", "qu’à", "n°", "€", "–", "…", "«", "»", "habitant·e·s"),
    *("Villes", "au", "Carré", "centre", "2024", "total", "Paris", "rue"),
]
ALL = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "iso8859-15", "mac-roman", "cp850"]


@given(
    st.sampled_from(ALL),
    st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join), min_size=2, max_size=12),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_any_french_table_comes_back_or_something_is_said(
    tmp_path_factory: pytest.TempPathFactory, encoding: str, cells: list[str], newline: str
) -> None:
    text = newline.join(["nom;objet", *(f"{cell};x" for cell in cells)])
    try:
        content = text.encode(encoding)
    except UnicodeEncodeError:
        assume(False)
    path = written(tmp_path_factory.getbasetemp(), content)
    try:
        found = judge(path)
    except Fault as fault:
        assert encoding not in {"utf-8", "utf-8-sig", "utf-16", "cp1252"}
        assert fault.code == "wrong-encoding"
        return
    if encoding.startswith(("utf", "cp1252")):
        assert text_of(path, found.encoding) == text
        assert bool(found.findings) == (encoding in {"utf-16-le", "utf-16-be"})
    else:
        assert text_of(path, found.encoding) == text or found.findings


@given(st.binary(max_size=300), st.sampled_from([None, "utf-16", "mac-roman", "utf-8"]))
def test_any_bytes_are_judged_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, named: str | None
) -> None:
    path = written(tmp_path_factory.getbasetemp(), content)
    try:
        found = judge(path, named)
    except Fault as fault:
        assert fault.message.text("fr")
        return
    text_of(path, found.encoding)
