"""What may come next on a command line, for a shell that asks: before anything of the command itself is imported.

The commands, their options, the tables and their columns are read from ``completion.json``, which is generated from the
program; centres, funders, years and loads are asked of the registry in one short query. Whatever fails, nothing is
said: somebody is typing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

MOST = 500
"""How many values are offered: no shell shows more in a useful way."""
PATIENCE_SECONDS = 0.2
"""How long the registry may take to answer."""

Values = Iterable[tuple[str, str]]
"""What may be typed, with what it means."""

_QUERIES = {
    "CENTRE": "select id, name from centres where closed is null order by id",
    "DEPARTMENT": "select code, name from departments order by code",
    "REGION": "select distinct region_name, region_code from departments order by region_name",
    "MISSION": "select id, {mission} from missions order by id",
    "YEAR": "select distinct year, '' from (select year from funding union select year from activities"
    " union select year from evaluations) where year is not null order by year desc",
    "LOAD": "select id, substr(at, 1, 10) || ' ' || command from loads order by id desc",
    "LOAD|DATE": "select id, substr(at, 1, 10) || ' ' || command from loads order by id desc",
    "SCHEME": "select distinct scheme, '' from funding where scheme is not null order by scheme",
    "ID": "select id, title from sources order by id",
    "COMMUNE": "select distinct seat, '' from centres where seat is not null order by seat",
}


class Line(NamedTuple):
    """A command line up to the word that is being typed.

    Attributes:
        words: what stands before it, without the name of the program.
        typed: what is typed of it, without quotation marks.
        quoted: whether it begins with a quotation mark.
        kept: how many characters of it the shell keeps, whatever it is completed to.
    """

    words: list[str]
    typed: str
    quoted: bool = False
    kept: int = 0


class Asked(NamedTuple):
    """What is asked for at the end of a command line.

    Attributes:
        command: what ``completion.json`` says of the command.
        path: its name, with those of the groups before it.
        arguments: its words, without options.
        given: the values of its options, by their first names.
        kind: what comes next: the name of a kind, the list of what is allowed, or None if nothing is known.
        waiting: whether an option waits for its value.
    """

    command: Mapping[str, Any]
    path: str
    arguments: list[str]
    given: dict[str, str]
    kind: Any
    waiting: bool = False


def main() -> None:
    """Answer the shell that ``_CRPV_COMPLETE`` names, and end the process, with nothing said if anything fails."""
    code = 0
    try:
        text, code = answered(os.environ["_CRPV_COMPLETE"].removeprefix("complete_"))
        sent = f"{text}\n".encode() if text else b""
        while sent:
            sent = sent[os.write(1, sent) :]
    except BaseException:  # noqa: S110 - somebody is typing
        pass
    os._exit(code)


def answered(shell: str) -> tuple[str, int]:
    """Return what a shell is told, and the exit code: 1 only where fish asks whether there is anything."""
    line = _line(shell)
    found = [one for one in offered(line, shell != "bash") if _begins(one[0], line.typed)][:MOST]
    if shell == "bash":
        return "\n".join(_quoted(value, line)[line.kept :] for value, _about in found), 0
    if shell == "zsh":
        return f"_arguments '*: :(({' '.join(map(_for_zsh, found))}))'" if found else "_files", 0
    if shell == "fish":
        if os.environ.get("_TYPER_COMPLETE_FISH_ACTION") == "is-args":
            return "", int(not found)
        return "\n".join(f"{value}\t{' '.join(about.split())}" if about else value for value, about in found), 0
    return "\n".join(f"{value}:::{' '.join(about.split()) or ' '}" for value, about in found), 0


def _begins(value: str, typed: str) -> bool:
    return value.casefold().startswith(typed.casefold())


def _quoted(value: str, line: Line) -> str:
    if line.quoted:
        return value
    return "".join(f"\\{sign}" if sign in " \t'\"\\$`!&;|<>()*?[]{}#~" else sign for sign in value)


def _for_zsh(one: tuple[str, str]) -> str:
    value, about = (
        "".join(f"\\{sign}" if sign in '"\\$`' else sign for sign in text)
        for text in (one[0], " ".join(one[1].split()))
    )
    value = value.replace(":", "\\\\:")
    return (f'"{value}":"{about}"' if about else f'"{value}"').replace("'", "'\\''")


# --- What is typed ---


def _line(shell: str) -> Line:
    if shell == "bash":
        return _of_bash(os.environ["COMP_WORDS"].split("\n"), int(os.environ["COMP_CWORD"]))
    text = os.environ.get("_TYPER_COMPLETE_ARGS", "")
    words, open_ = _split(text)
    if shell in {"powershell", "pwsh"}:
        typed = os.environ.get("_TYPER_COMPLETE_WORD_TO_COMPLETE", "")
        return Line(words[1:-1] if typed else words[1:], typed)
    if len(words) > 1 and (open_ or not text[-1:].isspace()):
        return Line(words[1:-1], words[-1])
    return Line(words[1:], "")


def _of_bash(words: list[str], current: int) -> Line:
    """Put together what Bash takes apart at equals signs and colons; it replaces only what is behind the last one."""
    words += [""] * (current + 1 - len(words))
    joined: list[str] = []
    kept = 0
    glued = False
    for word in words[: current + 1]:
        if joined and (glued or word in {"=", ":"}):
            kept = len(joined[-1]) + (len(word) if word in {"=", ":"} else 0)
            joined[-1] += word
        else:
            joined.append(word)
            kept = 0
        glued = word in {"=", ":"}
    raw = joined[-1] if len(joined) > 1 else ""
    plain = [part for word in joined[1:-1] for part in _split(word)[0] or [""]]
    typed, _open = _split(raw)
    return Line(plain, typed[0] if typed else "", raw[kept : kept + 1] in {"'", '"'}, kept)


def _split(text: str) -> tuple[list[str], bool]:
    """Split a line as a shell does; returns its words, and whether the last one has an open quotation mark."""
    words: list[str] = []
    word: str | None = None
    mark = ""
    signs = iter(text)
    for sign in signs:
        if mark:
            if sign == mark:
                mark = ""
            else:
                word = (word or "") + (next(signs, "") if sign == "\\" and mark == '"' else sign)
        elif sign in {"'", '"'}:
            mark, word = sign, word or ""
        elif sign == "\\":
            word = (word or "") + next(signs, "")
        elif sign.isspace():
            if word is not None:
                words.append(word)
            word = None
        else:
            word = (word or "") + sign
    if word is not None:
        words.append(word)
    return words, bool(mark)


# --- What may come next ---


def offered(line: Line, described: bool = True) -> Iterator[tuple[str, str]]:
    """Yield what may stand where a line ends, with what it means where that is asked for."""
    table = json.loads(Path(__file__).with_name("completion.json").read_text(encoding="utf-8"))
    say = _translator() if described else str
    asked = _read(table, line.words)
    typed, before = line.typed, ""
    if typed.startswith("--") and "=" in typed:
        flag, _, typed = typed.partition("=")
        option = _option(asked.command, flag)
        asked, before = asked._replace(kind=option["takes"] if option else None), f"{flag}="
    elif typed.startswith("-") and not asked.waiting:
        for option in asked.command["options"]:
            if not option.get("hidden"):
                yield option["names"][0], say(option["help"])
        return
    for value, about in _Offer(table, asked, typed, say).values():
        yield before + value, about


def _read(table: Mapping[str, Any], words: list[str]) -> Asked:
    """Follow the words that are there to the command that they name."""
    path, command = "", table["commands"][""]
    arguments: list[str] = []
    given: dict[str, str] = {}
    waiting: list[Any] = []
    flag = ""
    ended = False
    for word in words:
        if waiting:
            given[flag] = word
            waiting.pop(0)
        elif word == "--" and not ended:
            ended = True
        elif word.startswith("-") and len(word) > 1 and not ended:
            flag, equals, value = word.partition("=")
            option = _option(command, flag)
            if equals:
                given[flag] = value
            elif option and option["takes"]:
                flag = option["names"][0]
                waiting = list(option["takes"]) if option.get("several") else [option["takes"]]
        elif word in command.get("commands", ()):
            path = f"{path} {word}".strip()
            command = table["commands"][path]
        else:
            arguments.append(word)
    if waiting:
        return Asked(command, path, arguments, given, waiting[0], waiting=True)
    if "commands" in command:
        return Asked(command, path, arguments, given, "COMMAND")
    takes = command["arguments"]
    if len(arguments) < len(takes):
        return Asked(command, path, arguments, given, takes[len(arguments)]["takes"])
    many = bool(takes) and takes[-1].get("many")
    return Asked(command, path, arguments, given, takes[-1]["takes"] if many else None)


def _option(command: Mapping[str, Any], flag: str) -> Mapping[str, Any] | None:
    return next((option for option in command["options"] if flag in option["names"]), None)


class _Offer(NamedTuple):
    """What may be typed where a line ends: a method for each kind of word that is not asked of the registry alone."""

    table: Mapping[str, Any]
    asked: Asked
    typed: str
    say: Callable[[str], str]

    def values(self) -> Values:
        kind = self.asked.kind
        if kind is None:
            return ()
        if isinstance(kind, list):
            return [(value, "") for value in kind]
        if kind in _QUERIES:
            return _ask(_QUERIES[kind], (), self.asked)
        made: dict[str, Callable[[], Values]] = {
            "COMMAND": self._commands,
            "TABLE": self._tables,
            "NAME": self._exports,
            "TOPIC": self._topics,
            "RULE": self._named,
            "PROFILE": self._named,
            "FIGURE": self._figures,
            "COLUMN": self._columns,
            "COLUMNS": self._columns,
            "COLUMN=VALUE": self._column_and_value,
            "KEY": self._key,
            "SUBJECT": self._subjects,
        }
        return made[kind]() if kind in made else ()

    def _labelled(self, named: Mapping[str, str]) -> list[tuple[str, str]]:
        return [(name, self.say(about)) for name, about in named.items()]

    def _commands(self, path: str | None = None) -> list[tuple[str, str]]:
        path = self.asked.path if path is None else path
        commands = self.table["commands"]
        names = commands[path].get("commands", ())
        return self._labelled({name: commands[f"{path} {name}".strip()]["about"] for name in names})

    def _tables(self) -> Values:
        figures = self.table["figures"]["network"] if self.asked.path == "trace" else ()
        named = {name: one["label"] for name, one in self.table["tables"].items()}
        return [*self._labelled(named), *((name, "") for name in figures), *self._views()]

    def _views(self) -> list[tuple[str, str]]:
        """The views, for the commands that know them."""
        if self.asked.path not in {"list", "export", "schema", "help"}:
            return []
        return self._labelled({name: one["label"] for name, one in self.table["views"].items()})

    def _exports(self) -> Values:
        if self.asked.path not in {"export", "schema"}:
            return ()
        return [*self._tables(), *self._labelled(self.table["exports"])]

    def _topics(self) -> Values:
        """What ``crpv help`` explains: a command, and what is below it, or a topic."""
        path = " ".join(self.asked.arguments)
        if path:
            return self._commands(path) if path in self.table["commands"] else ()
        return [*self._commands(""), *self._labelled(self.table["topics"]), *self._tables()]

    def _named(self) -> Values:
        """The rules, whose titles are sentences of the catalogue; the profiles, which have theirs in both languages."""
        named = self.table["named"][self.asked.kind]
        return [
            (name, self.say(about) if isinstance(about, str) else about[_french()]) for name, about in named.items()
        ]

    def _figures(self) -> Values:
        return [(name, "") for name in self.table["figures"].get(self.asked.path.rpartition(" ")[2], ())]

    def _its_table(self) -> tuple[str, Mapping[str, Any]]:
        """The table that the line is about, by its name."""
        takes = [one["takes"] for one in self.asked.command["arguments"]]
        first = self.asked.arguments[0] if self.asked.arguments and takes[:1] == ["TABLE"] else None
        name = (first or self.asked.given.get("--as", "centres")).replace("-", "_")
        known = self.table["views"] | self.table["tables"]
        if name not in known:
            from crpv_cli.spelling import stem

            name = self.table["called"].get(stem(name), name)
        return name, known.get(name, {"key": (), "columns": {}})

    def _columns(self) -> Values:
        *before, _last = self.typed.split(",")
        head = "".join(f"{one}," for one in before)
        named = {name: one["label"] for name, one in self._its_table()[1]["columns"].items() if name not in before}
        return [(head + name, about) for name, about in self._labelled(named)]

    def _column_and_value(self) -> Values:
        columns = self._its_table()[1]["columns"]
        name, equals, _typed = self.typed.partition("=")
        if not equals:
            return self._labelled({f"{one}=": column["label"] for one, column in columns.items()})
        column = columns.get(name, {})
        values: Values = ()
        if choices := column.get("choices"):
            values = self._labelled(choices)
        elif refers := column.get("refers"):
            key, called = refers["key"], refers["called"]
            values = _ask(f"select {key}, {called} from {refers['table']} order by 1", (), self.asked)
        elif column.get("vocabulary"):
            query = f"select distinct {name}, '' from {self._its_table()[0]} where {name} is not null order by 1"
            values = _ask(query, (), self.asked)
        elif name == "year":
            values = _ask(_QUERIES["YEAR"], (), self.asked)
        return [(f"{name}={value}", about) for value, about in values]

    def _key(self) -> Values:
        """The next part of the key of a row, of those rows that have the parts that are there."""
        name, its_table = self._its_table()
        parts, key = self.asked.arguments[1:], its_table["key"]
        if len(parts) >= len(key):
            return ()
        where = " and ".join(f"{column} = ?" for column in key[: len(parts)]) or "true"
        query = f"select distinct {key[len(parts)]}, '' from {name} where {where} order by 1 limit {MOST}"
        return _ask(query, parts, self.asked)

    def _subjects(self) -> Values:
        return [*_ask(_QUERIES["CENTRE"], (), self.asked), *_ask(_QUERIES["DEPARTMENT"], (), self.asked)]


def _ask(query: str, values: Iterable[object], asked: Asked) -> Values:
    """Ask the registry, if there is one and it answers at once; it is neither made nor changed."""
    import sqlite3
    from time import monotonic

    path = _registry(asked.given.get("--db"))
    if not path.is_file():
        return ()
    # Without a file of rows that are not in the registry yet, none is made beside it, and no lock is waited for.
    waits = any(path.with_name(path.name + end).exists() for end in ("-wal", "-journal"))
    uri = f"{path.resolve().as_uri()}?{'mode=ro' if waits else 'immutable=1'}"
    query = query.replace("{mission}", "name_fr" if _french() else "name_en")
    connection = sqlite3.connect(uri, uri=True, timeout=PATIENCE_SECONDS)
    try:
        end = monotonic() + PATIENCE_SECONDS
        connection.set_progress_handler(lambda: monotonic() > end, 10_000)
        rows = connection.execute(query, tuple(values)).fetchmany(MOST * 20)
    except sqlite3.Error:
        return ()
    finally:
        connection.close()
    return [(str(value), str(about or "")) for value, about in rows if value is not None]


def _registry(given: str | None) -> Path:
    if given:
        return Path(given).expanduser()
    if named := os.environ.get("CRPV_DB"):
        return Path(named)
    import platformdirs

    return platformdirs.user_data_path("crpv", appauthor=False) / "crpv.sqlite"


def _french() -> bool:
    from crpv_cli import language

    return language.choose(os.environ) == "fr"


def _translator() -> Callable[[str], str]:
    if not _french():
        return str
    from crpv_cli import language

    return lambda text: language.translate(text, "fr")
