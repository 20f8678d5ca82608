"""Draw the picture of each README: ``update`` writes them, ``check`` fails if one is out of date."""

from __future__ import annotations

import contextlib
import fcntl
import io
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
PICTURES = {"en": ROOT / "docs" / "network.svg", "fr": ROOT / "docs" / "network.fr.svg"}
WIDTH, HEIGHT = 100, 40
COMMAND = ["report", "network", "--as-of", "2023-10-17"]


def on_terminal(command: list[str], environment: dict[str, str]) -> str:
    """Run a command as a terminal of ``WIDTH`` columns does; returns what it shows, with the codes of its colours."""
    reader, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", HEIGHT, WIDTH, 0, 0))
    shown = b""
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=terminal,
        stderr=subprocess.DEVNULL,
        env=environment | {"TERM": "xterm"},
    ) as running:
        os.close(terminal)
        with contextlib.suppress(OSError):  # Linux says so when the other end is closed
            while part := os.read(reader, 4096):
                shown += part
    os.close(reader)
    if running.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {running.returncode}")
    return shown.decode("utf-8").replace("\r\n", "\n")


def draw(language: str) -> str:
    """Run the command on a new registry and draw what it shows."""
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "HOME": home, "XDG_DATA_HOME": home, "CRPV_LANG": language, "PYTHONUTF8": "1"}
        for name in ("CRPV_DB", "NO_COLOR", "COLUMNS", "LINES"):
            environment.pop(name, None)
        shown = on_terminal([sys.executable, "-m", "crpv_cli", *COMMAND], environment)
    console = Console(record=True, width=WIDTH, file=io.StringIO(), legacy_windows=False)
    console.print(Text("$ crpv " + " ".join(COMMAND), style="bold"))
    console.print(Text.from_ansi(shown.rstrip()))
    svg = console.export_svg(title="crpv", unique_id="crpv")
    # A picture in a repository fetches nothing: the reader's own monospace font will do.
    return re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL).replace("Fira Code", "ui-monospace")


def words(svg: str) -> str:
    """What a picture says; how it is drawn may change with Rich."""
    return re.sub(r"<style>.*?</style>|<[^>]+>|\s+", "", svg, flags=re.DOTALL)


def main() -> int:
    """Write or check the pictures."""
    code = 0
    for language, picture in PICTURES.items():
        drawn = draw(language)
        if sys.argv[1:] == ["update"]:
            picture.write_text(drawn, encoding="utf-8")
        elif words(picture.read_text(encoding="utf-8")) != words(drawn):
            print(f"docs/{picture.name} is out of date: run python .ci/picture.py update", file=sys.stderr)
            code = 1
    return code


if __name__ == "__main__":
    sys.exit(main())
