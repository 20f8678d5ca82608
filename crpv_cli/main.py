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

from crpv_cli import __version__, interrupts, publishing
from crpv_cli.commands.group import Commands, settings
from crpv_cli.commands.switches import json_asked
from crpv_cli.errors import FREE_SPACE, CrpvError, ExitCode, FileProblem, UsageProblem, full_disk, is_full
from crpv_cli.language import N_, Message, current, decoded, msg, translate
from crpv_cli.language import text as _
from crpv_cli.output import streams

app = typer.Typer(
    name="crpv",
    cls=Commands,
    help=_("The registry of the French centres de ressources politique de la ville (CRPV)."),
    epilog=_("Examples: crpv list · crpv report coverage --as-of 2023-10-17 · crpv show oriv · crpv load FILE"),
    invoke_without_command=True,
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
    context: typer.Context,
    _version_asked: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_version, help=_("Show the version and exit."))
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        from crpv_cli.commands.standing import show

        show()


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


def the_program() -> click.Command:
    """The root command, with everything that is beneath it."""
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
    interrupts.start()
    streams.prepare()
    streams.Manner.json = json_asked(sys.argv[1:] if arguments is None else arguments)
    try:
        try:
            code = _run(arguments)
        except BaseException as error:
            code = _ended(error, arguments)
        interrupts.hold()
    except interrupts.Interrupted as error:
        # While another end was being told: this one is told instead.
        interrupts.hold()
        code = _ended(error, arguments)
    code = _told(code)
    interrupts.ignore()
    sys.exit(code)


def _run(arguments: Sequence[str] | None) -> int:
    out, err = sys.stdout, sys.stderr
    try:
        code = the_program().main(
            args=None if arguments is None else list(arguments), prog_name="crpv", standalone_mode=False
        )
    except SystemExit as error:
        if isinstance(error.__context__, BrokenPipeError):
            # Click takes any broken pipe for standard output and ends in silence; ours is told by ``NobodyReads``.
            sys.stdout, sys.stderr = out, err
            raise error.__context__ from None
        code = error.code  # the end of a completion
    if (signal := interrupts.passed_over()) is not None and interrupts.written() is None:
        raise signal
    return code if isinstance(code, int) else ExitCode.DONE


def _ended(error: BaseException, arguments: Sequence[str] | None) -> int:
    """Say how a command ended that did not end by itself; returns its exit code."""
    signal = interrupts.came()
    if written := interrupts.written():
        # Whatever went wrong since then, it is in.
        reason = error.message if isinstance(error, CrpvError) else str(error) or type(error).__name__
        streams.insist(
            msg("It is done; what came after it failed: {reason}", reason=reason)
            if written.load is None
            else msg(
                "Load {load} is in the registry; what came after it failed: {reason}",
                load=str(written.load),
                reason=reason,
            )
        )
        return written.code
    if signal is not None or isinstance(error, click.Abort | KeyboardInterrupt):
        # Where a signal was raised in the middle of a library's work, that may have made another error of it.
        code = ExitCode.INTERRUPTED if signal is None else ExitCode(signal.exit_code)
        _failed(msg("Interrupted: nothing was written.") if interrupts.wrote_nothing() else msg("Interrupted."), code)
        return code
    if isinstance(error, streams.NobodyReads):
        return ExitCode.DONE
    if isinstance(error, click.exceptions.NoArgsIsHelpError) and not streams.Manner.json:
        with streams.telling():
            typer.echo(error.ctx.get_help() if error.ctx else "", err=True)
        return ExitCode.USAGE
    if isinstance(error, click.ClickException):
        if streams.Manner.json:
            _tell_misuse(error, arguments)
            return ExitCode.USAGE
        _translate_suggestion(error)
        with streams.telling():
            error.show()
        return ExitCode.USAGE
    if (problem := _problem(error)) is not None:
        streams.fail(problem)
        if (
            interrupts.wrote_nothing()
            and (is_full(error) or isinstance(error, MemoryError))
            and not streams.Manner.json
        ):
            streams.insist(msg("Nothing was written."))
        return problem.exit_code
    if os.environ.get("CRPV_DEBUG"):
        import traceback

        with streams.telling():
            traceback.print_exception(error)
        return ExitCode.BUG
    _failed(
        msg(
            "This is a bug in crpv ({error}). Run it again with CRPV_DEBUG=1 and report what it prints.",
            error=f"{type(error).__name__}: {error}",
        ),
        ExitCode.BUG,
    )
    return ExitCode.BUG


def _failed(message: Message, code: ExitCode) -> None:
    """Say to whoever reads it, a person or a program, how a command ended."""
    if streams.Manner.json:
        streams.tell_program(code, message.text("en"))
    else:
        streams.insist(message)


def _tell_misuse(error: click.ClickException, arguments: Sequence[str] | None) -> None:
    """Tell a program what Click refused, in English.

    Click makes its sentences in the reader's language, with names that were chosen while modules were imported. Nothing
    was done so far: so it is asked once more, in a process that speaks English.
    """
    if current() == "en":
        its = error.ctx if isinstance(error, click.UsageError) else None
        advice = msg("Try: {command} --help", command=its.command_path).text("en") if its else None
        streams.tell_program(ExitCode.USAGE, error.format_message(), advice)
        return
    import subprocess

    given = sys.argv[1:] if arguments is None else list(arguments)
    again = subprocess.run(  # noqa: S603 - what was typed, once more
        [sys.executable, "-m", "crpv_cli", *given],
        env={**os.environ, "CRPV_LANG": "en"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    with streams.telling():
        sys.stderr.write(again.stderr.decode(errors="replace"))
        sys.stderr.flush()


def _problem(error: BaseException) -> CrpvError | None:
    """What the user can do about an error; None if it is a bug."""
    if isinstance(error, CrpvError):
        if isinstance(error, FileProblem) and is_full(error.__cause__):
            error.advice = msg(FREE_SPACE)
        return error
    if isinstance(error, ImportError) and not os.environ.get("CRPV_DEBUG"):
        from crpv_cli.installed import missing

        return missing(error)
    if isinstance(error, MemoryError):
        return FileProblem(
            msg("There is not enough memory for this."),
            msg("Close other programs, or ask for less at once: fewer files, a part of a table."),
        )
    if isinstance(error, RecursionError) and not os.environ.get("CRPV_DEBUG"):
        return FileProblem(
            msg("Something is nested too deeply to be read."),
            msg("Look at what you asked or loaded. If it is simple, run it again with CRPV_DEBUG=1 and report that."),
        )
    if isinstance(error, UnicodeEncodeError) and "surrogates" in error.reason:
        return UsageProblem(
            msg("A name or a text is not valid UTF-8: {text}", text=decoded(error.object)),
            msg("Rename the file, or set the locale of the terminal to UTF-8."),
        )
    if not isinstance(error, OSError):
        return None
    reason = error.strerror or str(error)
    if error.filename is not None:
        file = os.fsdecode(error.filename) if isinstance(error.filename, bytes) else str(error.filename)
        return full_disk(error, Path(file).parent) or FileProblem(msg("{reason}: {file}", reason=reason, file=file))
    if isinstance(error, FileNotFoundError) and not _is_somewhere():
        return FileProblem(msg("The folder you are in was removed."), msg("Go to another one: cd"))
    return FileProblem(
        msg("The system refuses something: {reason}", reason=reason), msg(FREE_SPACE) if is_full(error) else None
    )


def _is_somewhere() -> bool:
    try:
        Path.cwd()
    except OSError:
        return False
    return True


def _told(code: int) -> int:
    """Send what is left of the result; returns the exit code that is true then."""
    written = interrupts.written()
    if written is not None and interrupts.came() is not None:
        streams.say(
            msg("The interruption came too late: it is done.")
            if written.load is None
            else msg("The interruption came too late: load {load} is in the registry.", load=str(written.load))
        )
    problem = streams.finish()
    if problem is None or written is not None or code != ExitCode.DONE:
        return code
    streams.fail(problem)
    return problem.exit_code
