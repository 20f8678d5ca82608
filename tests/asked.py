"""The whole answer to a query, for tests of what stands in it."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from crpv_cli.reports.asking import asking
from crpv_cli.result import Result


def ask(connection: sqlite3.Connection, sql: str, parameters: Mapping[str, str]) -> Result:
    with asking(connection, sql, parameters) as flow:
        return flow.result(list(flow.rows))
