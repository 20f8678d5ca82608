"""Schema 4: governance, agreements, activities, accepted exceptions."""

from __future__ import annotations

__all__ = ["STATEMENTS"]


def _day(name: str, required: bool = False) -> str:
    if required:
        return f"{name} text not null check ({name} is date({name}, '+0 days'))"
    return f"{name} text check ({name} is null or {name} is date({name}, '+0 days'))"


STATEMENTS = (
    f"""
    create table governance (
        centre text not null references centres(id),
        organ text not null check (organ in ('assembly', 'board', 'bureau', 'steering', 'scientific', 'other')),
        member text not null,
        member_kind text not null check (member_kind in ('state', 'region', 'department', 'intercommunality',
            'commune', 'public_bank', 'caf', 'landlord', 'association', 'academic', 'residents', 'person', 'other')),
        role text not null check (role in ('chair', 'vice-chair', 'treasurer', 'secretary', 'member', 'observer',
            'director')),
        {_day("valid_from")},
        {_day("valid_to")},
        source text references sources(id),
        note text,
        load integer not null references loads(id),
        check (valid_from is null or valid_to is null or valid_from <= valid_to)
    ) strict
    """,
    "create unique index governance_key on governance (centre, organ, member, role, ifnull(valid_from, ''))",
    f"""
    create table agreements (
        centre text not null references centres(id),
        funder text not null references funders(id),
        title text,
        {_day("starts_on", required=True)},
        {_day("ends_on", required=True)},
        {_day("signed_on")},
        amount_cents integer check (amount_cents >= 0),
        reference text,
        source text references sources(id),
        note text,
        load integer not null references loads(id),
        check (starts_on <= ends_on)
    ) strict
    """,
    "create unique index agreements_key on agreements (centre, funder, starts_on, ifnull(reference, ''))",
    """
    create table activities (
        centre text not null references centres(id),
        mission text not null references missions(id),
        year integer not null check (year between 1970 and 2100),
        type text not null check (type in ('meeting', 'working-group', 'training', 'visit', 'support', 'study',
            'publication', 'other')),
        theme text,
        mode text check (mode in ('on-site', 'remote')),
        audience text check (audience in ('elected-officials', 'project-managers', 'local-staff', 'state-services',
            'landlords', 'associations', 'citizen-councils', 'academics', 'planning-agencies', 'chambers',
            'residents', 'other')),
        half_days integer check (half_days >= 0),
        actions integer check (actions >= 0),
        participants integer check (participants >= 0),
        source text references sources(id),
        note text,
        load integer not null references loads(id)
    ) strict
    """,
    """
    create unique index activities_key on activities (centre, mission, year, type, ifnull(theme, ''),
        ifnull(mode, ''), ifnull(audience, ''), ifnull(source, ''))
    """,
    "create index activities_by_year on activities (year)",
    f"""
    create table exceptions (
        rule text not null,
        centre text references centres(id),
        department text references departments(code),
        {_day("valid_from")},
        {_day("valid_to", required=True)},
        reason text not null,
        accepted_by text,
        source text references sources(id),
        note text,
        load integer not null references loads(id),
        check (centre is null or department is null),
        check (valid_from is null or valid_from <= valid_to)
    ) strict
    """,
    "create unique index exceptions_key on exceptions (rule, ifnull(centre, ''), ifnull(department, ''))",
)
