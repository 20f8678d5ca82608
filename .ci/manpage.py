"""The man page, from the same texts as the help: ``page`` gives its lines in the language that is spoken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import click

from crpv_cli import __version__, language
from crpv_cli.commands.topics import ENVIRONMENT, EXIT_CODES, TOPICS
from crpv_cli.language import translate

HEADINGS = {
    "name": ("NAME", "NOM"),
    "synopsis": ("SYNOPSIS", "SYNOPSIS"),
    "description": ("DESCRIPTION", "DESCRIPTION"),
    "options": ("OPTIONS", "OPTIONS"),
    "shared": ("OPTIONS OF COMMANDS", "OPTIONS DES COMMANDES"),
    "commands": ("COMMANDS", "COMMANDES"),
    "codes": ("EXIT STATUS", "CODE DE RETOUR"),
    "environment": ("ENVIRONMENT", "ENVIRONNEMENT"),
    "help": ("SEE ALSO", "VOIR AUSSI"),
}
ABOUT = (
    "the registry of the centres de ressources politique de la ville",
    "le registre des centres de ressources politique de la ville",
)
SHARED = {"format", "output", "force", "db", "known", "json", "help", "quiet", "verbose", "no_color"}
"""Options that are told once for all commands, by the name of their parameter."""


def page(commands: Iterable[tuple[str, click.Context]]) -> Iterator[str]:
    """The lines of the page, of all commands with their full names, the root first."""
    (_name, root), *others = commands
    yield f'.TH CRPV 1 "" "crpv {__version__}"'
    yield heading("name")
    yield text(f"crpv - {ABOUT[spoken()]}")
    yield heading("synopsis")
    yield f".B crpv\n{text(' '.join(root.command.collect_usage_pieces(root)))}"
    yield heading("description")
    yield text(root.command.help or "")
    yield heading("options")
    yield from options(root.command.get_params(root))
    yield heading("shared")
    shared: dict[str, click.Parameter] = {}
    for _path, context in others:
        for parameter in context.command.params:
            if parameter.name in SHARED and not getattr(parameter, "hidden", False):
                shared.setdefault(parameter.name, parameter)
    yield from options(parameter for name, parameter in shared.items() if name not in {"db", "json"})
    yield heading("commands")
    for path, context in others:
        yield f".SS {bold(path)} {text(' '.join(context.command.collect_usage_pieces(context)))}"
        yield text((context.command.help or "").partition("\n")[0])
        yield from options(one for one in context.command.params if one.name not in SHARED)
        if context.command.epilog:
            yield ".PP"
            yield text(context.command.epilog)
    yield heading("codes")
    for code, says in EXIT_CODES.items():
        yield from entry(bold(str(int(code))), translate(says).replace("`", ""))
    yield heading("environment")
    for names, says in ENVIRONMENT.items():
        yield from entry(bold(names), translate(says).replace("`", ""))
    yield heading("help")
    for name, topic in TOPICS.items():
        yield from entry(bold(f"crpv help {name}"), translate(topic.about))


def spoken() -> int:
    """The place of the language in a pair."""
    return language.LANGUAGES.index(language.current())


def heading(name: str) -> str:
    """The heading of a section."""
    return f".SH {HEADINGS[name][spoken()]}"


def options(parameters: Iterable[click.Parameter]) -> Iterator[str]:
    """The options and arguments that have a help text."""
    for parameter in parameters:
        told = getattr(parameter, "help", None)
        if getattr(parameter, "hidden", False) or not told:
            continue
        if isinstance(parameter, click.Option):
            flags = sorted((*parameter.opts, *parameter.secondary_opts), key=lambda flag: flag.startswith("--"))
            names = ", ".join(map(bold, flags))
            takes = "" if parameter.is_flag else f" \\fI{escaped(parameter.make_metavar(CONTEXT))}\\fR"
        else:
            names, takes = f"\\fI{escaped(parameter.make_metavar(CONTEXT))}\\fR", ""
        yield from entry(names + takes, told)


CONTEXT = click.Context(click.Command("crpv"))


def entry(term: str, says: str) -> Iterator[str]:
    """A term and what it means."""
    yield f".TP\n{term}"
    yield text(says)


def bold(words: str) -> str:
    """Words that are typed as they are."""
    return f"\\fB{escaped(words)}\\fR"


def text(words: str) -> str:
    """A sentence on a line of its own, none of which is taken for a request."""
    line = escaped(words)
    return f"\\&{line}" if line.startswith((".", "'")) else line


def escaped(words: str) -> str:
    """Text without anything that troff obeys; hyphens are those that one can copy."""
    plain = words.replace("\\", "\\e").replace("-", "\\-").replace("\n", " ")
    for blank in ("\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"):
        plain = plain.replace(blank, "\\ ")
    return plain
