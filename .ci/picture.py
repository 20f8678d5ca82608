"""Draw the picture of the README: ``update`` writes it, ``check`` fails if it is out of date."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "coverage.svg"
COMMAND = ["report", "coverage", "--as-of", "2023-10-17"]


def draw() -> str:
    """Run the command on a new registry and draw what it prints."""
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "HOME": home, "XDG_DATA_HOME": home, "CRPV_LANG": "en", "PYTHONUTF8": "1"}
        environment.pop("CRPV_DB", None)
        shown = subprocess.run(
            [sys.executable, "-m", "crpv_cli", *COMMAND],
            capture_output=True,
            check=True,
            encoding="utf-8",
            env=environment,
        ).stdout
    console = Console(record=True, width=96, file=io.StringIO(), legacy_windows=False)
    console.print(Text("$ crpv " + " ".join(COMMAND), style="bold"))
    console.print(Text(shown.rstrip()))
    svg = console.export_svg(title="crpv", unique_id="crpv")
    # A picture in a repository fetches nothing: the reader's own monospace font will do.
    return re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL).replace("Fira Code", "ui-monospace")


def words(svg: str) -> str:
    """What a picture says; how it is drawn may change with Rich."""
    return re.sub(r"<style>.*?</style>|<[^>]+>|\s+", "", svg, flags=re.DOTALL)


def main() -> int:
    """Write or check the picture."""
    drawn = draw()
    if sys.argv[1:] == ["update"]:
        PICTURE.write_text(drawn, encoding="utf-8")
        return 0
    if words(PICTURE.read_text(encoding="utf-8")) != words(drawn):
        print("docs/coverage.svg is out of date: run python .ci/picture.py update", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
