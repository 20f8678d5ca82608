"""A sound mini-registry, in which no rule finds anything, and a way to plant one fault in it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from crpv_cli.registry import migrations

TODAY = "2026-11-25"

SOUND = """
insert into loads (id, at, who, command, version) values (1, '2026-01-01T00:00:00', 'test', 'test', '0');
insert into sources (id, title, load) values ('books', 'Books', 1), ('journal', 'Journal', 1);
insert into departments (code, name, region_code, region_name, load) values
    ('01', 'Ain', '84', 'Auvergne-Rhône-Alpes', 1), ('02', 'Aisne', '32', 'Hauts-de-France', 1);
insert into territory_counts (department, measure, geography, value, quality, load)
    select code, 'neighbourhoods', geography, 5, 'exact', 1
    from departments, (select '2015' as geography union select '2024');
insert into centres (id, name, short_name, legal_form, siren, since, label_from, co_funded, confidence, source, load)
values
    ('one', 'Centre one', 'One', 'association', '415021377', 2000, '2015-01-01', 1, 'high', 'books', 1),
    ('two', 'Centre two', 'Two', 'gip', '494414709', 2000, '2015-01-01', 1, 'high', 'books', 1);
insert into perimeters (centre, department, valid_from, confidence, source, load) values
    ('one', '01', '2010-01-01', 'high', 'books', 1), ('two', '02', '2010-01-01', 'high', 'books', 1);
insert into funders (id, name, kind, load) values ('state', 'État', 'state', 1), ('town', 'Ville', 'commune', 1);
insert into funding (centre, funder, year, scheme, stage, amount_cents, source, load)
    select c.id, f.id, y.year, 'operating', 'paid', iif(f.id = 'state', 10000000, 5000000), 'books', 1
    from centres as c, funders as f, (select 2023 as year union select 2024 union select 2025) as y;
insert into missions (id, name_fr, name_en, core, load) values
    ('animation', 'Animation', 'Animation', 1, 1), ('skills', 'Compétences', 'Skills', 1, 1),
    ('capitalisation', 'Capitalisation', 'Capitalisation', 1, 1), ('complementary', 'Autres', 'Others', 0, 1);
insert into scales (id, name, minimum, maximum, load) values ('four', '1 to 4', 1, 4, 1);
insert into evaluations (centre, mission, year, kind, scale, rating, source, load)
    select c.id, m.id, 2024, 'joint', 'four', '3', 'books', 1 from centres as c, missions as m where m.core = 1;
insert into governance (centre, organ, member, member_kind, role, valid_from, source, load)
    select c.id, 'board', s.member, s.kind, 'member', '2015-01-01', 'books', 1
    from centres as c, (select 'Préfecture' as member, 'state' as kind union select 'Ville', 'commune') as s;
insert into agreements (centre, funder, starts_on, ends_on, source, load)
    select id, 'state', '2024-01-01', '2028-12-31', 'books', 1 from centres;
insert into activities (centre, mission, year, type, half_days, source, load)
    select c.id, 'skills', y.year, 'training', 10, 'books', 1
    from centres as c, (select 2024 as year union select 2025) as y;
"""

Plant = Callable[[str], sqlite3.Connection]


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sound") / "registry.sqlite"
    migrations.create(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(SOUND)
    return path


@pytest.fixture
def plant(sound: Path) -> Iterator[Plant]:
    """Return a function that gives the sound registry, in memory, after some statements."""
    with ExitStack() as open_ones:

        def planted(statements: str) -> sqlite3.Connection:
            connection = open_ones.enter_context(closing(sqlite3.connect(":memory:")))
            with closing(sqlite3.connect(sound)) as kept:
                kept.backup(connection)
            connection.row_factory = sqlite3.Row
            connection.execute("pragma foreign_keys = on")
            connection.executescript(statements)
            return connection

        yield planted
