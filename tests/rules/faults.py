"""The fault that each rule is to find, and the small network in which it finds nothing before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

TODAY = "2026-11-25"

# Two centres with a department each, funders and missions. What a rule looks at beyond them stands in its own test.
CENTRES = """
insert into loads (id, at, who, command, version) values (1, '2026-01-01T00:00:00', 'test', 'test', '0');
insert into sources (id, title, load) values ('books', 'Books', 1), ('journal', 'Journal', 1);
insert into departments (code, name, region_code, region_name, load) values
    ('01', 'Ain', '84', 'Auvergne-Rhône-Alpes', 1), ('02', 'Aisne', '32', 'Hauts-de-France', 1);
insert into territory_counts (department, measure, geography, value, quality, valid_from, valid_to, load)
    select code, 'neighbourhoods', geography, 5, 'exact', first, last, 1
    from departments, (
        select '2015' as geography, '2015-01-01' as first, '2023-12-31' as last union select '2024', '2024-01-01', null
    );
insert into centres (id, name, short_name, legal_form, siren, opened, co_funded, confidence, source, load) values
    ('one', 'Centre one', 'One', 'association', '415021377', '2000', 1, 'high', 'books', 1),
    ('two', 'Centre two', 'Two', 'gip', '494414709', '2000', 1, 'high', 'books', 1);
insert into labels (centre, valid_from, source, load) values
    ('one', '2015-01-01', 'books', 1), ('two', '2015-01-01', 'books', 1);
insert into perimeters (centre, department, valid_from, confidence, source, load) values
    ('one', '01', '2010-01-01', 'high', 'books', 1), ('two', '02', '2010-01-01', 'high', 'books', 1);
insert into funders (id, name, kind, load) values ('state', 'État', 'state', 1), ('town', 'Ville', 'commune', 1);
insert into missions (id, name_fr, name_en, core, load) values
    ('animation', 'Animation', 'Animation', 1, 1), ('skills', 'Compétences', 'Skills', 1, 1),
    ('capitalisation', 'Capitalisation', 'Capitalisation', 1, 1), ('complementary', 'Autres', 'Others', 0, 1);
"""

# What several rules look at; a rule's test names what it needs.
FUNDED = """
insert into funding (centre, funder, year, scheme, stage, amount_cents, source, load)
    select
        c.id, f.id, y.year, iif(f.id = 'state', 'P147', 'operating'), 'granted',
        iif(f.id = 'state', 10000000, 5000000), 'books', 1
    from centres as c, funders as f, (select 2023 as year union select 2024 union select 2025) as y;
"""
EVALUATED = """
insert into scales (id, name, minimum, maximum, load) values ('four', '1 to 4', 1, 4, 1);
insert into evaluations (centre, mission, year, kind, scale, rating, source, load)
    select c.id, m.id, 2024, 'joint', 'four', '3', 'books', 1 from centres as c, missions as m where m.core = 1;
"""
GOVERNED = """
insert into governance (centre, organ, member, member_kind, role, valid_from, source, load)
    select c.id, 'board', s.member, s.kind, 'member', '2015-01-01', 'books', 1
    from centres as c, (select 'Préfecture' as member, 'state' as kind union select 'Ville', 'commune') as s;
"""
AGREED = """
insert into agreements (centre, funder, starts_on, ends_on, source, load)
    select id, 'state', '2024-01-01', '2028-12-31', 'books', 1 from centres;
"""
ACTIVE = """
insert into activities (centre, mission, year, type, half_days, source, load)
    select c.id, 'skills', y.year, 'training', 10, 'books', 1
    from centres as c, (select 2024 as year union select 2025) as y;
"""


@dataclass(frozen=True)
class Fault:
    """What a rule finds once, and nothing before: ``sound`` plants what it looks at, ``statements`` the fault.

    ``also`` tells how often other rules fire on it, ``also_on`` how often this one fires on the fault of another:
    either is declared where the newer rule is tested, and says ``why``.
    """

    rule: str
    statements: str
    sound: tuple[str, ...]
    also: Mapping[str, int]
    also_on: Mapping[str, int]
    why: str
    expected: Mapping[str, object] = field(default_factory=dict)


FAULTS: list[Fault] = []


def fault(
    rule: str,
    statements: str,
    *sound: str,
    also: Mapping[str, int] | None = None,
    also_on: Mapping[str, int] | None = None,
    why: str = "",
    **expected: object,
) -> None:
    """Declare the fault of a rule, and what its finding says (``expected``): ``test_faults`` tries it."""
    FAULTS.append(Fault(rule, statements, sound, also or {}, also_on or {}, why, expected))
