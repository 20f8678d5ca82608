"""Draw the pictures of each README: ``update`` writes them, ``check`` fails if one is out of date.

What a terminal shows is compared by its words. What the page looks like depends on the browser and the fonts of a
machine: it is photographed where Chromium is, and ``check`` only looks whether the picture is there.
"""

from __future__ import annotations

import contextlib
import fcntl
import io
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
from pathlib import Path

from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
PICTURES = {"en": ROOT / "docs" / "network.svg", "fr": ROOT / "docs" / "network.fr.svg"}
PAGES = {"en": ROOT / "docs" / "page.png", "fr": ROOT / "docs" / "page.fr.png"}
WIDTH, HEIGHT = 100, 40
COMMAND = ["report", "network", "--as-of", "2023-10-17"]
PAGE = ["report", "network", "--as-of", "2025-12-31", "-o"]


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


def surroundings(home: str, language: str) -> dict[str, str]:
    """An environment in which there is no registry yet."""
    kept = {
        name: value for name, value in os.environ.items() if name not in {"CRPV_DB", "NO_COLOR", "COLUMNS", "LINES"}
    }
    return {**kept, "HOME": home, "XDG_DATA_HOME": home, "CRPV_LANG": language, "PYTHONUTF8": "1"}


def photograph(language: str, picture: Path) -> None:
    """Make the page of a new registry, and a picture of what a browser shows of it first."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        print(f"docs/{picture.name} stays as it is: there is no Chromium here.", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory() as home:
        page = Path(home) / "page.html"
        command = [sys.executable, "-m", "crpv_cli", *PAGE, str(page)]
        subprocess.run(command, env=surroundings(home, language), stderr=subprocess.DEVNULL, check=True)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            shown = browser.new_page(viewport={"width": 1280, "height": 880})
            shown.goto(page.as_uri())
            shown.screenshot(path=picture)
            browser.close()


def draw(language: str) -> str:
    """Run the command on a new registry and draw what it shows."""
    with tempfile.TemporaryDirectory() as home:
        shown = on_terminal([sys.executable, "-m", "crpv_cli", *COMMAND], surroundings(home, language))
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
    for language, picture in PAGES.items():
        if sys.argv[1:] == ["update"]:
            photograph(language, picture)
        elif not picture.is_file():
            print(f"docs/{picture.name} is missing: run python .ci/picture.py update", file=sys.stderr)
            code = 1
    return code


if __name__ == "__main__":
    sys.exit(main())
