"""How the registry's tables come to be, and how an older registry is brought up to date.

sqlite-utils' ``Migrations`` keeps the record of what was applied and runs each step in a transaction
with its own record. A step that was ever released is never edited: a new one is added below it.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database, Migrations

from crpv_cli.registry.connection import APPLICATION_ID, SCHEMA_VERSION

__all__ = ["create", "migrate"]

migrations = Migrations("crpv")

_M001 = (
    """
    create table loads (
        id integer primary key,
        at text not null,              -- UTC, ISO 8601
        who text not null,
        command text not null,
        version text not null,         -- of crpv
        undoes integer references loads(id),
        inserted integer not null default 0,
        updated integer not null default 0,
        deleted integer not null default 0
    ) strict
    """,
    """
    create table load_files (
        id integer primary key,
        load integer not null references loads(id),
        path text not null,
        sheet text,                    -- of a workbook
        sha256 text not null,
        table_name text not null,
        profile text,                  -- through which a foreign file was read
        places text not null check (json_valid(places)),  -- column -> its heading, or its letter in a sheet
        rows_read integer not null,
        inserted integer not null,
        updated integer not null,
        unchanged integer not null,
        refused integer not null
    ) strict
    """,
    """
    create table changes (
        id integer primary key,
        load integer not null references loads(id),
        file integer references load_files(id),
        line integer,                  -- physical line on which the row starts in the file
        table_name text not null,
        key text not null,             -- JSON object: the natural key
        action text not null check (action in ('insert', 'update', 'delete')),
        before text check (before is null or json_valid(before)),  -- changed columns, or the deleted row
        after text check (after is null or json_valid(after))      -- changed columns; null for an insert
    ) strict
    """,
    "create index changes_by_row on changes (table_name, key)",
    "create index changes_by_load on changes (load)",
    """
    create table sources (
        id text primary key,
        title text not null,
        publisher text,
        published_on text,
        licence text,
        url text,
        fictitious integer check (fictitious in (0, 1)),
        load integer not null references loads(id)
    ) strict
    """,
    """
    create table departments (
        code text primary key check (code glob '[0-9][0-9AB]' or code glob '9[78][0-9]'),
        name text not null,
        region_code text not null,
        region_name text not null,
        source text references sources(id),
        load integer not null references loads(id)
    ) strict
    """,
    """
    create table territory_counts (
        department text not null references departments(code),
        measure text not null check (measure in ('neighbourhoods', 'contracts', 'inhabitants')),
        geography text not null check (geography in ('2015', '2024')),
        value integer not null check (value >= 0),
        quality text not null check (quality in ('exact', 'minimum', 'previous-geography')),
        source text references sources(id),
        note text,
        load integer not null references loads(id),
        primary key (department, measure, geography)
    ) strict
    """,
    """
    create table centres (
        id text primary key,
        name text not null,
        short_name text not null,
        legal_form text not null check (legal_form in ('association', 'gip', 'carried', 'unknown')),
        carrier text,
        siren text check (siren is null or (length(siren) = 9 and siren not glob '*[^0-9]*')),
        seat text,
        website text,
        since integer,
        label_from text check (label_from is null or label_from is date(label_from, '+0 days')),
        label_to text check (label_to is null or label_to is date(label_to, '+0 days')),
        co_funded integer not null check (co_funded in (0, 1)),
        exemption_reason text,
        confidence text check (confidence in ('high', 'medium', 'low')),
        source text references sources(id),
        note text,
        load integer not null references loads(id),
        check (label_to is null or label_from is null or label_from <= label_to),
        check (co_funded = 1 or exemption_reason is not null)
    ) strict
    """,
    """
    create table perimeters (
        centre text not null references centres(id),
        department text not null references departments(code),
        valid_from text check (valid_from is null or valid_from is date(valid_from, '+0 days')),
        valid_to text check (valid_to is null or valid_to is date(valid_to, '+0 days')),
        confidence text check (confidence in ('high', 'medium', 'low')),
        source text references sources(id),
        note text,
        load integer not null references loads(id),
        check (valid_from is null or valid_to is null or valid_from <= valid_to)
    ) strict
    """,
    "create unique index perimeters_key on perimeters (centre, department, ifnull(valid_from, ''))",
    "create index perimeters_by_department on perimeters (department)",
    """
    create table funders (
        id text primary key,
        name text not null,
        kind text not null check (kind in ('state', 'region', 'department', 'intercommunality', 'commune',
            'public_bank', 'caf', 'landlord', 'europe', 'members', 'other')),
        siren text check (siren is null or (length(siren) = 9 and siren not glob '*[^0-9]*')),
        source text references sources(id),
        note text,
        load integer not null references loads(id)
    ) strict
    """,
    """
    create table funding (
        centre text not null references centres(id),
        funder text not null references funders(id),
        year integer not null check (year between 1970 and 2100),
        scheme text,
        stage text not null check (stage in ('requested', 'granted', 'paid')),
        amount_cents integer not null,
        purpose text,
        reference text,
        source text references sources(id),
        note text,
        load integer not null references loads(id)
    ) strict
    """,
    """
    create unique index funding_key on funding (centre, funder, year, ifnull(scheme, ''), stage,
        ifnull(purpose, ''), ifnull(reference, ''), ifnull(source, ''))
    """,
    """
    create table missions (
        id text primary key,
        name_fr text not null,
        name_en text not null,
        core integer not null check (core in (0, 1)),
        source text references sources(id),
        note text,
        load integer not null references loads(id)
    ) strict
    """,
    """
    create table scales (
        id text primary key,
        name text not null,
        minimum real,
        maximum real,
        levels text,
        official integer check (official in (0, 1)),
        source text references sources(id),
        note text,
        load integer not null references loads(id),
        -- "is true": a comparison with an unknown bound is unknown, which a check lets through
        check (levels is not null or (minimum < maximum) is true)
    ) strict
    """,
    """
    create table evaluations (
        centre text not null references centres(id),
        mission text not null references missions(id),
        year integer not null check (year between 1970 and 2100),
        kind text not null check (kind in ('self', 'joint', 'external')),
        scale text references scales(id),
        rating text,
        evaluator text,
        evaluated_on text check (evaluated_on is null or evaluated_on is date(evaluated_on, '+0 days')),
        summary text,
        recommendation text,
        source text references sources(id),
        note text,
        load integer not null references loads(id),
        primary key (centre, mission, year, kind),
        check (rating is null or scale is not null)
    ) strict
    """,
    """
    create table published_figures (
        id text primary key,
        measure text not null,
        value real not null,
        unit text not null,
        as_of text not null check (as_of is date(as_of, '+0 days')),
        source text references sources(id),
        note text,
        load integer not null references loads(id)
    ) strict
    """,
)


@migrations()
def m001_first_tables(db: Database) -> None:
    """Create the tables of the first release."""
    for statement in _M001:
        db.execute(statement)
    _stamp(db, 1)


_M002 = (
    """
    create table neighbourhoods (
        code text primary key check (code glob 'Q[NP][0-9][0-9AB][0-9A-Z][0-9A-Z][0-9A-Z][0-9A-Z]'),
        name text not null,
        geography text not null check (geography in ('2015', '2024')),
        department text not null references departments(code),
        communes text,                 -- INSEE codes, parted by spaces
        commune_names text,
        epci text,                     -- SIREN, several parted by spaces
        epci_name text,
        source text references sources(id),
        note text,
        load integer not null references loads(id)
    ) strict
    """,
    "create index neighbourhoods_by_department on neighbourhoods (department)",
)


@migrations()
def m002_neighbourhoods(db: Database) -> None:
    """Create the table of the detailed list of neighbourhoods."""
    for statement in _M002:
        db.execute(statement)
    _stamp(db, 2)


def _stamp(db: Database, version: int) -> None:
    # A reader checks these two numbers without importing sqlite-utils.
    db.execute(f"pragma application_id = {APPLICATION_ID}")
    db.execute(f"pragma user_version = {version}")


def create(path: Path) -> None:
    """Create an empty registry; the folder is made if it is missing.

    Raises:
        OSError: the folder cannot be made.
        sqlite3.OperationalError: the file cannot be made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma journal_mode = wal")
        migrations.apply(Database(connection))


def migrate(path: Path) -> Path | None:
    """Bring an older registry up to date, after keeping a copy beside it.

    Returns the path of the copy, or None if there was nothing to do.
    """
    with closing(sqlite3.connect(path)) as connection:
        (version,) = connection.execute("pragma user_version").fetchone()
        if version >= SCHEMA_VERSION:
            return None
        copy = path.with_name(f"{path.stem}.before-schema-{SCHEMA_VERSION}{path.suffix}")
        copy.unlink(missing_ok=True)
        connection.execute("vacuum into ?", [str(copy)])
        migrations.apply(Database(connection))
        return copy
