"""The command line; the one place where an error becomes an exit code."""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Annotated

import click
import typer

from crpv_cli import __version__, publishing
from crpv_cli.commands.group import Commands, settings
from crpv_cli.errors import CrpvError, ExitCode, FileProblem, UsageProblem
from crpv_cli.language import N_, msg, translate
from crpv_cli.language import text as _
from crpv_cli.output import streams

app = typer.Typer(
    name="crpv",
    cls=Commands,
    help=_("The registry of the French centres de ressources politique de la ville (CRPV)."),
    epilog=_("Examples: crpv list · crpv report coverage --as-of 2023-10-17 · crpv show oriv · crpv load FILE"),
    no_args_is_help=True,
    rich_markup_mode=None,  # Rich's help takes twice as long to start
    subcommand_metavar=_("COMMAND [ARGUMENTS]..."),
    pretty_exceptions_enable=False,
    **settings(),
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"crpv {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    _version_asked: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_version, help=_("Show the version and exit."))
    ] = False,
) -> None:
    pass


# The words that Click and Typer write without gettext: the names of types (in metavars and errors), the help of
# the options for completion and what these print, and the commands suggested for an unknown one.
for kind, name in (
    (click.types.StringParamType, N_("text")),
    (click.types.IntParamType, N_("integer")),
    (click.types.IntRange, N_("integer range")),
    (click.types.FloatParamType, N_("float")),
    (click.types.FloatRange, N_("float range")),
    (click.types.BoolParamType, N_("boolean")),
):
    kind.name = translate(name)


class _WholePath(type(Path())):  # type: ignore[misc]
    """A path that is written whole or not at all: the one that Typer writes anew is the start-up file of the shell."""

    def write_text(self, data: str, *_more: object, **_others: object) -> int:
        """Write a text as ``Path`` does."""
        with publishing.new_file(Path(self), replace=True) as part:
            return part.write_text(data)


def _install_completion(context: click.Context, _parameter: click.Parameter, asked: bool) -> None:
    if not asked or context.resilient_parsing:
        return
    from typer import _completion_shared as shared

    shared.Path = _WholePath  # type: ignore[attr-defined]
    try:
        with redirect_stdout(io.StringIO()):
            shell, path = shared.install()
    except typer.Exit:
        raise _no_completion() from None
    streams.say(
        msg("Completion for {shell} was installed in {path}; it works in new terminals.", shell=shell, path=path)
    )
    raise typer.Exit


def _show_completion(context: click.Context, parameter: click.Parameter, asked: bool) -> None:
    from typer.completion import show_callback

    try:
        with redirect_stderr(io.StringIO()):
            show_callback(context, parameter, asked)
    except typer.Exit:
        raise _no_completion() from None


def _no_completion() -> UsageProblem:
    return UsageProblem(
        msg("Completion is not available for this shell."),
        msg("It is for bash, zsh, fish and PowerShell; run the command in one of them."),
    )


_COMPLETION = {
    "install_completion": (N_("Install completion for the current shell."), _install_completion),
    "show_completion": (
        N_("Show completion for the current shell, to copy it or customize the installation."),
        _show_completion,
    ),
}


def _program() -> click.Command:
    program = typer.main.get_command(app)
    for parameter in program.params:
        if isinstance(parameter, click.Option) and parameter.name in _COMPLETION:
            explanation, parameter.callback = _COMPLETION[parameter.name]
            parameter.help = translate(explanation)
    return program


def _translate_suggestion(error: click.ClickException) -> None:
    if match := re.search(r" Did you mean (.+)\?$", error.message):
        error.message = f"{error.message[: match.start()]} {_('Did you mean {near}?', near=match[1])}"


def run(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with a code of ``docs/reference/exit-codes.md``."""
    streams.prepare()
    sys.exit(_run(arguments))


def _run(arguments: Sequence[str] | None) -> int:
    try:
        code = _program().main(
            args=None if arguments is None else list(arguments), prog_name="crpv", standalone_mode=False
        )
        return code if isinstance(code, int) else ExitCode.DONE
    except click.exceptions.NoArgsIsHelpError as error:
        typer.echo(error.ctx.get_help() if error.ctx else "", err=True)
        return ExitCode.USAGE
    except click.ClickException as error:
        _translate_suggestion(error)
        error.show()
        return ExitCode.USAGE
    except CrpvError as error:
        streams.fail(error)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        streams.say(msg("Interrupted."))
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        # The reader of a pipe stopped reading: that is not an error, and nothing more can be sent to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.DONE
    except OSError as error:
        streams.fail(
            FileProblem(msg("{reason}: {file}", reason=error.strerror or str(error), file=error.filename or "?"))
        )
        return ExitCode.UNREADABLE
    except Exception as error:
        if os.environ.get("CRPV_DEBUG"):
            import traceback

            traceback.print_exc()
            return ExitCode.BUG
        streams.say(
            msg(
                "This is a bug in crpv ({error}). Run it again with CRPV_DEBUG=1 and report what it prints.",
                error=f"{type(error).__name__}: {error}",
            )
        )
        return ExitCode.BUG
