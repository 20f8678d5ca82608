"""What two commits write to machines, compared byte for byte.

``python .ci/compare.py OLD [NEW]`` checks both commits out into temporary folders, makes the reference registry and the
demonstration with each, and runs every command that has a machine format on several dates. It prints which outputs
differ, with the first lines of the difference, and exits 1 if any does. NEW is HEAD by default. With ``--figures``,
sentences are left out of the comparison: the messages of notes and findings, titles and advice.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, product, zip_longest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Every command that is compared, without the registry; {a|b} stands for each of its alternatives in turn.
DATE = "--as-of {2016-06-30|2023-10-17|2024-12-31|2025-06-30|2025-12-31}"
YEAR = "--year {2014|2021|2022|2023|2024|2025}"
COMMANDS = f"""
list {{sources|departments|territory-counts|neighbourhoods|centres|perimeters|funders|missions|scales}} -f {{json|csv}}
list {{funding|evaluations|governance|agreements|activities|exceptions|published-figures}} -f {{json|csv|jsonl}}
list {{funding|activities|published-figures}} -f csv-excel
list {{perimeters|governance|agreements|activities|evaluations|funding|exceptions}} {DATE} --format json
list {DATE} --format {{json|csv}}
list --overseas {DATE} --format json
export {{activity-by-centre|agreements-by-status|coverage|evaluation-summaries|funding-by-centre}} --format csv
{{check --list|profiles|log}} --format json
trace funding villes-au-carre etat 2023 --format json
report changes --from {{2016-06-30|2023-10-17}} --to {{2024|2025-12-31}} --format {{json|csv}}
report coverage --measure {{neighbourhoods|contracts|inhabitants}} --by {{centre|department|region}} {DATE} -f json
report funding {YEAR} --by {{centre|funder|kind|year|scheme}} --format json
report funding --by {{centre|funder|kind|year|scheme}} {DATE} --format json
report funding --stage {{requested|granted|paid}} --from 2014 --to 2025 {DATE} --format json
report evaluations {{--format json|--by mission|--full|--cycle 1|--cycle 5}} {DATE} --format json
report activity {YEAR} --by {{centre|mission|type|theme|mode|audience|year}} --format json
report agreements {{--within 6|--within 12|--within 36}} {DATE} --format json
report network {{--compare-to 2016|--cycle 3}} {DATE} --format json
report {{coverage|evaluations|agreements|activity|funding}} {DATE} --format {{csv|jsonl|csv-excel}}
map {DATE} --format json
check {{--cycle 3|--strict --cycle 1}} {DATE} --format {{json|csv|csv-excel}}
show {{oriv|villes-au-carre|normanvilles|labo-cites|crpv-guyane}} {DATE} --format json
"""
VIEWS = (
    *("v_centres", "v_coverage", "v_coverage_totals", "v_funding", "v_funding_by_centre", "v_evaluation_latest"),
    *("v_evaluation_series", "v_activity", "v_activity_by_centre", "v_agreements", "v_governance", "v_network"),
)
SENTENCES = {"message", "advice", "title", "text", "what", "before", "after", "change"}
# The time and place of a run: never the same twice.
PASSING = {"registry", "loaded_at", "at", "who", "path", "version", "loads", "made_at"}


def commands() -> Iterator[list[str]]:
    """Every command line that is compared, as arguments."""
    for line in COMMANDS.strip().splitlines():
        texts = re.split(r"\{([^}]*)\}", line)
        for chosen in product(*(text.split("|") for text in texts[1::2])):
            yield "".join(chain(*zip_longest(texts[::2], chosen, fillvalue=""))).split()
    for view in VIEWS:
        yield ["query", f"select * from {view} order by 1, 2, 3", "--format", "json"]


def run(checkout: Path, db: Path, arguments: list[str]) -> str:
    """What a command writes to standard output, and its exit code."""
    environment = os.environ | {"PYTHONPATH": str(checkout), "CRPV_LANG": "en", "COLUMNS": "100"}
    done = subprocess.run(
        [sys.executable, "-m", "crpv_cli", *arguments, "--db", str(db)],
        capture_output=True,
        env=environment,
        cwd=checkout,
        check=False,
    )
    return f"exit {done.returncode}\n{done.stdout.decode()}".replace(str(checkout), "")


def _without(value: object, names: set[str]) -> object:
    if isinstance(value, dict):
        return {key: _without(inner, names) for key, inner in value.items() if key not in names}
    return [_without(inner, names) for inner in value] if isinstance(value, list) else value


def readable(output: str, names: set[str]) -> str:
    """The output with JSON set in lines, and without what is named."""
    code, _, body = output.partition("\n")
    try:
        parsed = json.loads(body)
    except ValueError:
        return output
    return f"{code}\n{json.dumps(_without(parsed, names), ensure_ascii=False, indent=1)}\n"


def main(arguments: list[str]) -> int:
    """Compare; returns the exit code."""
    names = PASSING | (SENTENCES if "--figures" in arguments else set())
    commits = [argument for argument in arguments if not argument.startswith("--")]
    if not 1 <= len(commits) <= 2:
        sys.stderr.write("usage: python .ci/compare.py [--figures] OLD [NEW]\n")
        return 2
    differing = compared = 0
    with tempfile.TemporaryDirectory(prefix="crpv-compare-") as folder:
        checkouts = []
        for number, commit in enumerate([*commits, "HEAD"][:2]):
            checkout = Path(folder) / str(number)
            checkout.mkdir()
            archive = subprocess.run(["git", "-C", str(ROOT), "archive", commit], capture_output=True, check=True)
            subprocess.run(["tar", "-x", "-C", str(checkout)], input=archive.stdout, check=True)
            for name, options in (("reference", []), ("demo", ["--demo"])):
                run(checkout, checkout / f"{name}.sqlite", ["init", *options])
            checkouts.append(checkout)
        for name in ("reference", "demo"):
            asked = list(commands())
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                answers = [
                    list(pool.map(lambda line, at=at, db=f"{name}.sqlite": run(at, at / db, line), asked))
                    for at in checkouts
                ]
            for line, old, new in zip(asked, *answers, strict=True):
                compared += 1
                before, after = readable(old, names), readable(new, names)
                if before != after:
                    differing += 1
                    print(f"{name}: crpv {' '.join(line)}", flush=True)
                    changed = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
                    print("\n".join(f"    {text[:200]}" for text in list(changed)[2:14]))
    print(f"{compared} outputs compared, {differing} differ.")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
