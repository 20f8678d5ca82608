"""How crpv was installed here, and the command that installs it again: what to say where a library of it is missing.

Asked only once something is wrong: a command that works imports none of this.
"""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from crpv_cli.errors import FileProblem
from crpv_cli.language import Message, msg


def missing(error: BaseException) -> FileProblem | None:
    """What to do about a module that cannot be imported; None if it is one of crpv itself, which would be a bug."""
    while error is not None and not isinstance(error, ModuleNotFoundError):
        error = error.__cause__  # type: ignore[assignment]
    name = (error.name or "").partition(".")[0] if error is not None else ""
    if name in {"", "crpv_cli"}:
        return None
    if name.lstrip("_") in sys.stdlib_module_names or name in sys.stdlib_module_names:
        return FileProblem(
            msg("This Python was built without “{module}”, which crpv needs.", module=name),
            msg(
                "Use another Python: that of your system, or of python.org. Here it is {python}.", python=sys.executable
            ),
        )
    return FileProblem(
        msg("crpv is not installed whole: “{module}” is missing.", module=name),
        msg("Install it again, and what it needs comes with it: {command}", command=again()),
    )


def again() -> Message:
    """The command that installs crpv anew, by the tool that installed it and from where that took it."""
    prefix = Path(sys.prefix)
    if (prefix / "pipx_metadata.json").is_file():
        return _command("pipx", "reinstall", "crpv")
    if (prefix / "uv-receipt.toml").is_file():
        return _command("uv", "tool", "upgrade", "--reinstall", "crpv")
    source = _source()
    if "archive-v0" in prefix.parts:  # where uv keeps what `uvx` runs
        return _command("uvx", "--refresh", "--from", source, "crpv")
    editable = ("-e",) if _editable() else ()
    if _installer() == "uv":
        return _command("uv", "pip", "install", "--python", sys.executable, *editable, source)
    return _command(sys.executable, "-m", "pip", "install", *editable, source)


def _command(*words: str | None) -> Message:
    """A command line as the shell of this system reads it; None is the place that only the user knows."""
    join = subprocess.list2cmdline if sys.platform == "win32" else shlex.join
    parts = [msg("FOLDER") if word is None else msg("{word}", word=join([word])) for word in words]
    line = parts[0]
    for part in parts[1:]:
        line = msg("{first} {then}", first=line, then=part)
    return line


def _direct_url() -> dict[str, object]:
    try:
        text = distribution("crpv").read_text("direct_url.json")
    except PackageNotFoundError:
        return {}
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _source() -> str | None:
    """The folder, the archive or the address that crpv was installed from; None if it is not known, or gone."""
    address = str(_direct_url().get("url") or "")
    if not address:
        beside = Path(__file__).resolve().parents[1]
        return str(beside) if (beside / "pyproject.toml").is_file() else None
    parts = urlsplit(address)
    if parts.scheme != "file":
        vcs = _direct_url().get("vcs_info")
        return f"{vcs['vcs']}+{address}" if isinstance(vcs, dict) and "vcs" in vcs else address
    path = Path(url2pathname(parts.path))
    return str(path) if path.exists() else None


def _editable() -> bool:
    folder = _direct_url().get("dir_info")
    return isinstance(folder, dict) and folder.get("editable") is True


def _installer() -> str:
    try:
        return (distribution("crpv").read_text("INSTALLER") or "").strip()
    except PackageNotFoundError:
        return ""
