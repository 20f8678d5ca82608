"""As of a past date, every command tells what was true then: what came later changes nothing."""

from __future__ import annotations

import json
import shlex
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from crpv_cli.errors import ExitCode
from crpv_cli.main import run
from tests.registry.bench import reseal

# What nobody could have known on a date: later years, later beginnings, later signatures, later words.
LATER = (
    "delete from evaluations where year > cast(:year as integer) or evaluated_on > :date",
    "delete from funding where year > cast(:year as integer)",
    "delete from activities where year > cast(:year as integer)",
    "delete from governance where valid_from > :date",
    "delete from agreements where signed_on > :date or (signed_on is null and starts_on > :date)",
    "delete from exceptions where valid_from > :date",
    "delete from perimeters where valid_from > :date",
    "delete from published_figures where as_of > :date",
    "delete from perimeters where centre in (select id from centres where substr(opened, 1, 4) > :year)",
    "delete from labels where valid_from > :date",
    "delete from territory_counts where valid_from > :date",
    "delete from centres where substr(opened, 1, 4) > :year",
)
COMMANDS = (
    "list --as-of {date}",
    "list centres --all --as-of {date}",
    "list labels --as-of {date}",
    "list perimeters --as-of {date}",
    "list funding --as-of {date}",
    "list evaluations --as-of {date}",
    "list governance --as-of {date}",
    "list agreements --as-of {date}",
    "list activities --as-of {date}",
    "list exceptions --as-of {date}",
    "list published_figures --as-of {date}",
    "report coverage --as-of {date}",
    "report coverage --by region --measure inhabitants --as-of {date}",
    "report funding --as-of {date}",
    "report funding --by kind --from 2014 --as-of {date}",
    "report evaluations --as-of {date}",
    "report evaluations --by mission --as-of {date}",
    "report activity --as-of {date}",
    "report activity --by year --as-of {date}",
    "report agreements --as-of {date}",
    "report changes --from 2015-06-30 --to {date}",
    "report network --as-of {date} --compare-to 2015-06-30",
    "export evaluation-summaries --as-of {date}",
    "map --as-of {date}",
    "check --as-of {date}",
    "show oriv --as-of {date}",
    "show villes-au-carre --as-of {date}",
    "show ressources-urbaines --as-of {date}",
)


@pytest.fixture(scope="module", params=["2016-06-30", "2023-10-17", "2024-02-15", "2025-12-31"])
def then(request: pytest.FixtureRequest, demo_path: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A date, and the registry as it could have stood on it."""
    date = request.param
    path = tmp_path_factory.mktemp("then") / "registry.sqlite"
    shutil.copy(demo_path, path)
    with closing(sqlite3.connect(path)) as connection:
        for statement in LATER:
            connection.execute(statement, {"date": date, "year": date[:4]})
        reseal(connection)
    return date, path


# What speaks of the registry as it stands, not of the date: whether it holds anything at all, and made-up rows.
OF_THE_REGISTRY = {"no-activity", "no-evaluations", "no-agreements", "load-yours", "fictitious-among-real"}


def dated(value: Any) -> Any:
    """An answer without what speaks of the registry as it stands."""
    if isinstance(value, dict):
        return {name: dated(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [
            dated(item)
            for item in value
            if not (isinstance(item, dict) and {item.get("code"), item.get("gap"), item.get("rule")} & OF_THE_REGISTRY)
        ]
    return value


def printed(command: str, path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    with pytest.raises(SystemExit) as ended:
        run([*shlex.split(command), "--db", str(path), "--format", "json"])
    out = capsys.readouterr().out
    assert ended.value.code in {ExitCode.DONE, ExitCode.ANOMALIES}
    return json.loads(out)


@pytest.mark.parametrize("command", COMMANDS)
def test_what_came_later_changes_nothing(
    command: str, then: tuple[str, Path], demo_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    date, path = then
    asked = command.format(date=date)
    assert dated(printed(asked, demo_path, capsys)) == dated(printed(asked, path, capsys))


def test_what_came_later_is_there(then: tuple[str, Path], demo_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, path = then
    assert len(printed("list activities", path, capsys)) < len(printed("list activities", demo_path, capsys)) or (
        then[0] == "2025-12-31"
    )
    assert len(printed("list funding", path, capsys)) <= len(printed("list funding", demo_path, capsys))
