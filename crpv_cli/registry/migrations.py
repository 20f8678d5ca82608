"""How the registry's tables come to be, and how an older registry is brought up to date.

sqlite-utils' ``Migrations`` keeps the record of what was applied and runs each step in a transaction
with its own record. A step that was ever released is never edited: a new one is added below it.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database, Migrations

from crpv_cli.registry import steps
from crpv_cli.registry.connection import APPLICATION_ID, SCHEMA_VERSION
from crpv_cli.registry.queries.views import views
from crpv_cli.registry.steps.today import OPEN_TODAY, SERVED_TODAY, THIS_YEAR, TODAY

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


# Views take no parameter: they speak of today (``steps/today.py``). Amounts are in euros.
_VIEWS = ("centres", "coverage", "coverage_totals", "funding", "funding_by_centre", "evaluation_latest")

_M003 = (
    *(f"drop view if exists v_{name}" for name in reversed(_VIEWS)),
    f"""
    create view v_funding as
    with staged as (
        select
            f.*,
            max(f.stage = 'paid') over (partition by f.centre, f.funder, f.year, lower(f.scheme)) as paid_scheme,
            max(f.stage = 'paid' and f.scheme is null) over (partition by f.centre, f.funder, f.year) as paid_unnamed,
            max(f.stage = 'paid') over (partition by f.centre, f.funder, f.year) as paid_any
        from funding as f
        where f.year <= {THIS_YEAR}
    )
    select
        f.centre,
        c.short_name,
        f.funder,
        u.name as funder_name,
        u.kind as funder_kind,
        f.year,
        f.scheme,
        f.stage,
        f.amount_cents / 100.0 as amount,
        case f.stage
            when 'paid' then 1
            when 'granted' then not (f.paid_scheme or f.paid_unnamed or (f.scheme is null and f.paid_any))
            else 0
        end as counted,
        f.purpose,
        f.reference,
        f.source,
        s.title as source_title,
        f.note,
        coalesce(s.fictitious, 0) as fictitious
    from staged as f
    join centres as c on c.id = f.centre
    join funders as u on u.id = f.funder
    left join sources as s on s.id = f.source
    """,
    f"""
    create view v_funding_by_centre as
    with counted as (
        select * from v_funding where counted = 1
    ),
    rows_wanted as (
        select c.id as centre, y.year
        from centres as c
        cross join (select distinct year from counted) as y
        where (c.since is null or c.since <= y.year)
          and (c.label_from is null or c.label_from <= min(y.year || '-12-31', {TODAY}))
          and (c.label_to is null or c.label_to >= y.year || '-01-01')
        union
        select centre, year from counted
    ),
    sums as (
        select
            w.centre,
            w.year,
            round(sum(f.amount) filter (where f.funder_kind = 'state'), 2) as state,
            round(sum(f.amount) filter (
                where f.funder_kind in ('region', 'department', 'intercommunality', 'commune')
            ), 2) as local,
            round(sum(f.amount) filter (
                where f.funder_kind not in ('state', 'region', 'department', 'intercommunality', 'commune')
            ), 2) as other,
            round(sum(f.amount), 2) as total,
            count(f.centre) as payments,
            coalesce(max(f.fictitious), 0) as fictitious
        from rows_wanted as w
        left join counted as f on f.centre = w.centre and f.year = w.year
        group by w.centre, w.year
    )
    select
        s.centre,
        c.short_name,
        s.year,
        s.state,
        s.local,
        s.other,
        s.total,
        iif(s.state is not null and s.local is not null and s.total > 0, round(s.state / s.total, 6), null)
            as state_share,
        s.payments > 0 as known,
        s.fictitious
    from sums as s
    join centres as c on c.id = s.centre
    """,
    f"""
    create view v_evaluation_latest as
    with known as (
        select
            e.*,
            row_number() over (
                partition by e.centre, e.mission
                order by e.year desc, case e.kind when 'external' then 0 when 'joint' then 1 else 2 end
            ) as choice
        from evaluations as e
        join centres as c on c.id = e.centre and {OPEN_TODAY}
        join missions as m on m.id = e.mission and m.core = 1
        where e.year <= {THIS_YEAR} and (e.evaluated_on is null or e.evaluated_on <= {TODAY})
    ),
    latest as (
        select k.*, replace(trim(k.rating), ',', '.') as figure, s.minimum, s.maximum, s.levels
        from known as k
        left join scales as s on s.id = k.scale
        where k.choice = 1
    )
    select
        c.id as centre,
        c.short_name,
        m.id as mission,
        -- Without any evaluation in the registry, nothing is known: that is not the same as none evaluated.
        iif(exists (select 1 from known), l.centre is not null, null) as evaluated,
        l.year,
        l.kind,
        l.rating,
        l.scale,
        round(case
            when l.levels is not null then (
                select place * 1.0 / (levels - 1)
                from (
                    select
                        row_number() over (order by key) - 1 as place,
                        count(*) over () as levels,
                        lower(trim(value)) as level
                    from json_each('[' || replace(json_quote(l.levels), '|', '","') || ']')
                    where trim(value) <> ''
                )
                where level = lower(l.rating) and levels > 1
            )
            when (l.figure glob '[0-9]*' or l.figure glob '-[0-9]*')
                and ltrim(l.figure, '-') not glob '*[^0-9.]*'
                and cast(l.figure as real) between l.minimum and l.maximum
                and l.minimum < l.maximum
            then (cast(l.figure as real) - l.minimum) / (l.maximum - l.minimum)
        end, 6) as position,
        l.evaluator,
        l.evaluated_on,
        l.summary,
        l.recommendation,
        l.source,
        -- That a mission is not evaluated rests on what the registry holds: on fictitious rows, where there are any.
        coalesce(
            iif(l.centre is null, (
                select max(f.fictitious) from known as k join sources as f on f.id = k.source
                join missions as o on o.id = k.mission and o.core = 1
            ), s.fictitious), 0
        ) as fictitious
    from centres as c
    cross join missions as m
    left join latest as l on l.centre = c.id and l.mission = m.id
    left join sources as s on s.id = l.source
    where m.core = 1 and {OPEN_TODAY}
    """,
    f"""
    create view v_coverage as
    with served as ({SERVED_TODAY}),
    counts as (
        select
            t.department,
            t.geography,
            max(iif(t.measure = 'neighbourhoods', t.value, null)) as neighbourhoods,
            max(iif(t.measure = 'contracts', t.value, null)) as contracts,
            max(iif(t.measure = 'inhabitants', t.value, null)) as inhabitants,
            max(coalesce(s.fictitious, 0)) as fictitious
        from territory_counts as t
        left join sources as s on s.id = t.source
        group by t.department, t.geography
    )
    select
        d.code as department,
        d.name,
        d.region_code,
        d.region_name,
        d.code glob '9[78]*' as overseas,
        g.geography,
        t.neighbourhoods,
        t.contracts,
        t.inhabitants,
        exists (select 1 from served where department = d.code) as covered,
        (
            select group_concat(centre, ' ')
            from (select distinct centre from served where department = d.code order by centre)
        ) as centres,
        max(
            coalesce(t.fictitious, 0),
            coalesce((select max(fictitious) from served where department = d.code), 0)
        ) as fictitious
    from departments as d
    cross join (select '2015' as geography union all select '2024') as g
    left join counts as t on t.department = d.code and t.geography = g.geography
    """,
    """
    create view v_coverage_totals as
    with measured as (
        select geography, 'neighbourhoods' as measure, neighbourhoods as value, covered, fictitious from v_coverage
        union all
        select geography, 'contracts', contracts, covered, fictitious from v_coverage
        union all
        select geography, 'inhabitants', inhabitants, covered, fictitious from v_coverage
        union all
        select geography, 'departments', iif(neighbourhoods > 0, 1, 0), covered, fictitious from v_coverage
    ),
    sums as (
        select
            geography,
            measure,
            coalesce(sum(value) filter (where covered = 1), 0) as covered,
            coalesce(sum(value), 0) as total,
            max(fictitious) as fictitious
        from measured
        group by geography, measure
    )
    select
        geography,
        measure,
        covered,
        total,
        total - covered as uncovered,
        iif(total > 0, round(covered * 1.0 / total, 6), null) as share,
        fictitious
    from sums
    """,
    f"""
    create view v_centres as
    with support as (
        select
            centre,
            year,
            round(sum(amount), 2) as amount,
            max(fictitious) as fictitious,
            row_number() over (partition by centre order by year desc) as choice
        from v_funding
        where counted = 1 and funder_kind = 'state'
        group by centre, year
    ),
    evaluated as (
        select centre, count(*) as missions, max(fictitious) as fictitious
        from v_evaluation_latest
        where evaluated = 1
        group by centre
    )
    select
        c.id,
        c.name,
        c.short_name,
        c.legal_form,
        c.carrier,
        c.siren,
        c.seat,
        c.website,
        c.since,
        c.label_from,
        c.label_to,
        c.co_funded,
        c.exemption_reason,
        c.confidence,
        c.source,
        c.note,
        (
            select group_concat(department, ' ')
            from (
                select distinct department from ({SERVED_TODAY}) where centre = c.id
                order by length(department), department
            )
        ) as departments,
        f.amount as state_support,
        f.year as state_support_year,
        iif(exists (select 1 from evaluated), coalesce(e.missions, 0), null) as missions_evaluated,
        (select count(*) from missions where core = 1) as core_missions,
        max(coalesce(e.fictitious, 0), coalesce(f.fictitious, 0), coalesce(s.fictitious, 0)) as fictitious
    from centres as c
    left join sources as s on s.id = c.source
    left join support as f on f.centre = c.id and f.choice = 1
    left join evaluated as e on e.centre = c.id
    where {OPEN_TODAY}
    """,
)


@migrations()
def m003_views(db: Database) -> None:
    """Create the views, for those who read the registry with other programs."""
    for statement in _M003:
        db.execute(statement)
    _stamp(db, 3)


@migrations()
def m004_working(db: Database) -> None:
    """Create the tables of governance, agreements, activities and accepted exceptions."""
    for statement in steps.m004_working.STATEMENTS:
        db.execute(statement)
    _stamp(db, 4)


@migrations()
def m005_views(db: Database) -> None:
    """Create the views of what came with them."""
    for statement in steps.m005_views.STATEMENTS:
        db.execute(statement)
    _stamp(db, 5)


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
        _make_views(connection)


def _make_views(connection: sqlite3.Connection) -> None:
    made = views()
    with connection:
        for name in reversed(made):
            connection.execute(f"drop view if exists {name}")
        for statement in made.values():
            connection.execute(statement)


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
        _make_views(connection)
        return copy
