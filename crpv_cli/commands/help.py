"""``crpv help``: a command, a table or a topic explained."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated

import click
import typer

from crpv_cli.commands.index import COMMANDS, LIFE
from crpv_cli.errors import UsageProblem
from crpv_cli.language import msg, translate
from crpv_cli.language import text as _
from crpv_cli.output import streams
from crpv_cli.reports.index import REPORTS

if TYPE_CHECKING:
    from crpv_cli.commands.topics import Section, Topic


def explain(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar=_("[TOPIC]..."),
            help=_("A command and what is below it, a table, a view, or a topic; without one, all of them are listed."),
        ),
    ] = None,
) -> None:
    """Explain something.

    Raises:
        UsageProblem: nothing is called so.
    """
    context = click.get_current_context()
    root = context.find_root()
    asked = [word for given in words or () for word in given.split()]
    if asked[:1] == [root.info_name]:
        asked = asked[1:]
    _say(_help_of(root, asked) if asked else _contents(root))


def _say(text: str) -> None:
    streams.deliver(text.rstrip("\n") + "\n", None, force=False)


def _contents(root: click.Context) -> str:
    """Everything that can be explained, a line each."""
    from crpv_cli.commands.topics import TOPICS, Section
    from crpv_cli.definitions.tables import TABLES
    from crpv_cli.definitions.views import VIEWS

    return _set(
        root,
        [
            Section(_("crpv help COMMAND"), [(name, translate(entry.about)) for name, entry in COMMANDS.items()]),
            Section(_("crpv help TOPIC"), [(name, translate(topic.about)) for name, topic in TOPICS.items()]),
            Section(_("crpv help TABLE"), [(name, translate(table.label)) for name, table in TABLES.items()]),
            Section(_("crpv help VIEW"), [(name, translate(view.label)) for name, view in VIEWS.items()]),
        ],
    )


def _help_of(root: click.Context, asked: Sequence[str]) -> str:
    found = _command(root, asked)
    if found is None and len(asked) == 1:
        from crpv_cli.commands.topics import table_sections
        from crpv_cli.definitions.named import listed_named
        from crpv_cli.definitions.views import VIEWS

        if topic := _topic(asked[0]):
            return _set(root, topic.sections())
        try:
            table = listed_named(asked[0])
        except UsageProblem:
            table = None
        # A view that is called like a report is found by its own name.
        in_group = asked[0] in REPORTS or asked[0] in LIFE
        if table is not None and not (in_group and table.name in VIEWS):
            also = [f"crpv help report {name}" for name in REPORTS if name == table.name]
            more = [_("See also: {command}", command=one) for one in also]
            return "\n".join([_set(root, table_sections(table)), *more])
        # The commands of groups are known by their own names as well.
        for group, entries in (("report", REPORTS), ("centre", LIFE)):
            if asked[0] in entries:
                found = _command(root, [group, asked[0]])
    if found is None:
        raise _unknown(asked)
    return found.get_help()


def _command(root: click.Context, asked: Sequence[str]) -> click.Context | None:
    """The context of a command that is named by all words; None if there is none."""
    context = root
    for word in asked:
        command = context.command
        its = command.get_command(context, word) if isinstance(command, click.Group) else None
        if its is None:
            return None
        context = click.Context(its, parent=context, info_name=word, **its.context_settings)
    return context


def _topic(word: str) -> Topic | None:
    from crpv_cli.commands.topics import TOPICS
    from crpv_cli.spelling import fold

    wanted = fold(word.replace("_", "-"))
    return next((one for name, one in TOPICS.items() if wanted in map(fold, (name, *one.also))), None)


def _set(context: click.Context, sections: Iterable[Section]) -> str:
    formatter = context.make_formatter()
    for section in sections:
        # Click ends a heading with a colon; in French a blank stands before it.
        with formatter.section(_("{heading}:", heading=section.heading).removesuffix(":")):
            formatter.write_dl(section.entries)
    return formatter.getvalue().lstrip("\n")


def _unknown(asked: Sequence[str]) -> UsageProblem:
    from crpv_cli.commands.topics import TOPICS
    from crpv_cli.definitions.tables import TABLES
    from crpv_cli.definitions.views import VIEWS
    from crpv_cli.spelling import closest

    word = " ".join(asked)
    names = [
        *COMMANDS,
        *TOPICS,
        *TABLES,
        *VIEWS,
        *(f"{group} {name}" for group, entries in (("report", REPORTS), ("centre", LIFE)) for name in entries),
    ]
    near = closest(word, names, 2)
    return UsageProblem(
        msg("There is no help about “{topic}”.", topic=word),
        msg("Did you mean {near}?", near=near) if near else msg("See all that is explained with: crpv help"),
    )
