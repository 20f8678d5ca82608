# ruff: noqa: E501 - provisional: the texts of the released steps
"""The views, with what is true today."""

from __future__ import annotations

__all__ = ["views"]


def views() -> dict[str, str]:
    """The statement that makes each view, by name, in an order in which they can be made."""
    return dict(_VIEWS)


_VIEWS = {
    "v_funding": """
    create view v_funding as
    with staged as (
        select
            f.*,
            max(f.stage = 'paid') over (partition by f.centre, f.funder, f.year, lower(f.scheme)) as paid_scheme,
            max(f.stage = 'paid' and f.scheme is null) over (partition by f.centre, f.funder, f.year) as paid_unnamed,
            max(f.stage = 'paid') over (partition by f.centre, f.funder, f.year) as paid_any
        from funding as f
        where f.year <= cast(strftime('%Y', 'now', 'localtime') as integer)
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
    "v_funding_by_centre": """
    create view v_funding_by_centre as
    with counted as (
        select * from v_funding where counted = 1
    ),
    rows_wanted as (
        select c.id as centre, y.year
        from centres as c
        cross join (select distinct year from counted) as y
        where (c.since is null or c.since <= y.year)
          and (c.label_from is null or c.label_from <= min(y.year || '-12-31', date('now', 'localtime')))
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
    "v_evaluation_latest": """
    create view v_evaluation_latest as
    with known as (
        select
            e.*,
            row_number() over (
                partition by e.centre, e.mission
                order by e.year desc, case e.kind when 'external' then 0 when 'joint' then 1 else 2 end
            ) as choice
        from evaluations as e
        join centres as c on c.id = e.centre and (c.since is null or c.since <= cast(strftime('%Y', 'now', 'localtime') as integer))
        and (c.label_from is null or c.label_from <= date('now', 'localtime'))
        and (c.label_to is null or c.label_to >= date('now', 'localtime'))
        join missions as m on m.id = e.mission and m.core = 1
        where e.year <= cast(strftime('%Y', 'now', 'localtime') as integer) and (e.evaluated_on is null or e.evaluated_on <= date('now', 'localtime'))
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
    where m.core = 1 and (c.since is null or c.since <= cast(strftime('%Y', 'now', 'localtime') as integer))
        and (c.label_from is null or c.label_from <= date('now', 'localtime'))
        and (c.label_to is null or c.label_to >= date('now', 'localtime'))
    """,
    "v_coverage": """
    create view v_coverage as
    with served as (
        select distinct p.centre, p.department, coalesce(s.fictitious, 0) as fictitious
        from perimeters as p
        join centres as c on c.id = p.centre and (c.since is null or c.since <= cast(strftime('%Y', 'now', 'localtime') as integer))
        and (c.label_from is null or c.label_from <= date('now', 'localtime'))
        and (c.label_to is null or c.label_to >= date('now', 'localtime'))
        left join sources as s on s.id = p.source
        where (p.valid_from is null or p.valid_from <= date('now', 'localtime')) and (p.valid_to is null or p.valid_to >= date('now', 'localtime'))
),
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
    "v_coverage_totals": """
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
    "v_centres": """
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
                select distinct department from (
        select distinct p.centre, p.department, coalesce(s.fictitious, 0) as fictitious
        from perimeters as p
        join centres as c on c.id = p.centre and (c.since is null or c.since <= cast(strftime('%Y', 'now', 'localtime') as integer))
        and (c.label_from is null or c.label_from <= date('now', 'localtime'))
        and (c.label_to is null or c.label_to >= date('now', 'localtime'))
        left join sources as s on s.id = p.source
        where (p.valid_from is null or p.valid_from <= date('now', 'localtime')) and (p.valid_to is null or p.valid_to >= date('now', 'localtime'))
) where centre = c.id
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
    where (c.since is null or c.since <= cast(strftime('%Y', 'now', 'localtime') as integer))
        and (c.label_from is null or c.label_from <= date('now', 'localtime'))
        and (c.label_to is null or c.label_to >= date('now', 'localtime'))
    """,
    "v_activity": """
    create view v_activity as
    select
        a.centre,
        c.short_name,
        a.mission,
        m.name_fr as mission_name_fr,
        m.name_en as mission_name_en,
        a.year,
        a.type,
        a.theme,
        a.mode,
        a.audience,
        a.half_days,
        a.actions,
        a.participants,
        a.source,
        s.title as source_title,
        a.note,
        coalesce(s.fictitious, 0) as fictitious
    from activities as a
    join centres as c on c.id = a.centre
    join missions as m on m.id = a.mission
    left join sources as s on s.id = a.source
    where a.year <= cast(strftime('%Y', 'now', 'localtime') as integer)
""",
    "v_activity_by_centre": """
    create view v_activity_by_centre as
    with rows_wanted as (
        select c.id as centre, y.year
        from centres as c
        cross join (select distinct year from v_activity) as y
        where (c.since is null or c.since <= y.year)
          and (c.label_from is null or c.label_from <= min(y.year || '-12-31', date('now', 'localtime')))
          and (c.label_to is null or c.label_to >= y.year || '-01-01')
        union
        select centre, year from v_activity
    )
    select
        w.centre,
        c.short_name,
        w.year,
        count(a.centre) > 0 as reported,
        sum(a.half_days) filter (where a.mission = 'animation') as animation,
        sum(a.half_days) filter (where a.mission = 'skills') as skills,
        sum(a.half_days) filter (where a.mission = 'capitalisation') as capitalisation,
        sum(a.half_days) filter (where a.mission = 'complementary') as complementary,
        sum(a.half_days) as half_days,
        sum(a.actions) as actions,
        sum(a.participants) as participants,
        coalesce(max(a.fictitious), 0) as fictitious
    from rows_wanted as w
    join centres as c on c.id = w.centre
    left join v_activity as a on a.centre = w.centre and a.year = w.year
    group by w.centre, c.short_name, w.year
""",
    "v_agreements": """
    create view v_agreements as
    with known as (
        select * from agreements where signed_on is null or signed_on <= date('now', 'localtime')
    ),
    followed as (
        select
            k.*,
            (
                select min(o.starts_on) from known as o
                where o.centre = k.centre and o.funder = k.funder and o.ends_on > k.ends_on
            ) as next_starts_on
        from known as k
    ),
    placed as (
        select
            f.*,
            case
                when f.starts_on > date('now', 'localtime') then 'future'
                when f.ends_on < date('now', 'localtime') then iif(f.next_starts_on <= date('now', 'localtime'), 'ended', 'ended-without-successor')
                when f.ends_on <= min(
            date(date('now', 'localtime'), '+12 months'), date(date('now', 'localtime'), 'start of month', '+13 months', '-1 day')
        ) then 'ending'
                else 'running'
            end as status
        from followed as f
    )
    select
        p.centre,
        c.short_name,
        p.funder,
        u.name as funder_name,
        u.kind,
        p.title,
        p.starts_on,
        p.ends_on,
        iif(p.status in ('running', 'ending'), cast(julianday(p.ends_on) - julianday(date('now', 'localtime')) as integer), null)
            as days_left,
        p.status,
        p.next_starts_on is not null as renewed,
        p.amount_cents / 100.0 as amount,
        p.reference,
        p.source,
        coalesce(s.fictitious, 0) as fictitious
    from placed as p
    join centres as c on c.id = p.centre
    join funders as u on u.id = p.funder
    left join sources as s on s.id = p.source
""",
    "v_governance": """
    create view v_governance as
    select
        g.centre,
        c.short_name,
        g.organ,
        g.member,
        g.member_kind,
        g.role,
        g.valid_from,
        g.valid_to,
        g.source,
        s.title as source_title,
        g.note,
        coalesce(s.fictitious, 0) as fictitious
    from governance as g
    join centres as c on c.id = g.centre
    left join sources as s on s.id = g.source
    where (g.valid_from is null or g.valid_from <= date('now', 'localtime')) and (g.valid_to is null or g.valid_to >= date('now', 'localtime'))
""",
    "v_evaluation_series": """
    create view v_evaluation_series as
    with chosen as (
        select
            e.*,
            row_number() over (
                partition by e.centre, e.mission, e.year
                order by case e.kind when 'external' then 0 when 'joint' then 1 else 2 end
            ) as choice
        from evaluations as e
        join centres as c on c.id = e.centre and (c.since is null or c.since <= cast(strftime('%Y', 'now', 'localtime') as integer))
        and (c.label_from is null or c.label_from <= date('now', 'localtime'))
        and (c.label_to is null or c.label_to >= date('now', 'localtime'))
        join missions as m on m.id = e.mission and m.core = 1
        where e.year <= cast(strftime('%Y', 'now', 'localtime') as integer) and (e.evaluated_on is null or e.evaluated_on <= date('now', 'localtime'))
    ),
    rated as (
        select
            k.*,
            s.minimum,
            s.maximum,
            s.levels,
            replace(trim(k.rating), ',', '.') as figure,
            row_number() over (partition by k.centre, k.mission order by k.year desc) = 1 as latest,
            -- How many ratings there are up to this one: the one before it has one less.
            count(k.rating) over (partition by k.centre, k.mission order by k.year) as ratings
        from chosen as k
        left join scales as s on s.id = k.scale
        where k.choice = 1
    ),
    placed as (
        select
            r.*,
            (
                select count(*) - 1
                from json_each('[' || replace(json_quote(r.levels), '|', '","') || ']')
                where trim(value) <> ''
            ) as level_steps,
            case
                when r.levels is not null then (
                    select place * 1.0 / (levels - 1)
                    from (
                        select
                            row_number() over (order by key) - 1 as place,
                            count(*) over () as levels,
                            lower(trim(value)) as level
                        from json_each('[' || replace(json_quote(r.levels), '|', '","') || ']')
                        where trim(value) <> ''
                    )
                    where level = lower(r.rating) and levels > 1
                )
                when (r.figure glob '[0-9]*' or r.figure glob '-[0-9]*')
                    and ltrim(r.figure, '-') not glob '*[^0-9.]*'
                    and cast(r.figure as real) between r.minimum and r.maximum
                    and r.minimum < r.maximum
                then (cast(r.figure as real) - r.minimum) / (r.maximum - r.minimum)
            end as exact
        from rated as r
    ),
    moved as (
        select
            n.*,
            b.year as previous_year,
            b.rating as previous_rating,
            -- Steps of the scale on one scale, positions across two: what is the same is not a hair's breadth apart.
            iif(
                n.scale = b.scale,
                round((n.exact - b.exact) * iif(n.levels is not null, n.level_steps, n.maximum - n.minimum), 4),
                round(n.exact - b.exact, 6)
            ) as moved
        from placed as n
        left join placed as b
            on b.centre = n.centre and b.mission = n.mission and b.year < n.year and b.rating is not null
           and b.ratings = n.ratings - (n.rating is not null)
    )
    select
        v.centre,
        c.short_name,
        v.mission,
        v.year,
        v.latest,
        v.kind,
        v.rating,
        v.scale,
        round(v.exact, 6) as position,
        v.previous_year,
        v.previous_rating,
        case when v.moved > 0 then 'improving' when v.moved < 0 then 'slipping' when v.moved = 0 then 'stable' end
            as trend,
        v.evaluator,
        v.evaluated_on,
        v.source,
        coalesce(s.fictitious, 0) as fictitious
    from moved as v
    join centres as c on c.id = v.centre
    left join sources as s on s.id = v.source
""",
    "v_network": """
    create view v_network as
    with covered as (
        select * from v_coverage_totals where geography = iif(date('now', 'localtime') < '2024-01-01', '2015', '2024')
    ),
    -- The latest year that is over and of which State support is known, else the one that runs, else the latest known.
    funded as (
        select coalesce(
            max(iif(funder_kind = 'state' and year <= (cast(strftime('%Y', 'now', 'localtime') as integer) - (substr(date('now', 'localtime'), 6) <> '12-31')), year, null)),
            max(iif(funder_kind = 'state', year, null)), max(year), cast(strftime('%Y', 'now', 'localtime') as integer)
        ) as year
        from v_funding
        where stage in ('granted', 'paid')
    ),
    money as (
        select
            round(sum(amount) filter (where funder_kind = 'state'), 2) as state,
            round(sum(amount) filter (
                where funder_kind in ('region', 'department', 'intercommunality', 'commune')
            ), 2) as local,
            round(sum(amount) filter (
                where funder_kind not in ('state', 'region', 'department', 'intercommunality', 'commune')
            ), 2) as other,
            round(sum(amount), 2) as total,
            coalesce(max(fictitious), 0) as fictitious
        from v_funding
        where counted = 1 and year = (select year from funded)
    ),
    state_support as (
        select centre, year, sum(amount) as amount
        from v_funding
        where counted = 1 and funder_kind = 'state'
        group by centre, year
    ),
    change as (
        select sum(n.amount) - sum(b.amount) as amount, sum(b.amount) as before, count(*) as centres
        from state_support as n
        join state_support as b on b.centre = n.centre and b.year = n.year - 1
        where n.year = (select year from funded)
    ),
    missions_of_centres as (
        -- A cycle counts from the latest year evaluated, else from the year in which the centre opened.
        select
            e.centre,
            count(*) as expected,
            sum(e.evaluated) as evaluated,
            sum(iif(e.evaluated is null, null, coalesce(e.year, c.since, 0) < cast(strftime('%Y', 'now', 'localtime') as integer) - 3)) as overdue,
            max(e.fictitious) as fictitious
        from v_evaluation_latest as e
        join centres as c on c.id = e.centre
        group by e.centre
    ),
    missions as (
        select
            coalesce(sum(expected), 0) as expected,
            sum(evaluated) as evaluated,
            sum(evaluated = expected) as complete,
            sum(overdue) as overdue,
            count(*) as centres,
            coalesce(max(fictitious), 0) as fictitious
        from missions_of_centres
    ),
    trends as (
        select
            sum(coalesce(trend = 'improving', 0)) as improving,
            sum(coalesce(trend = 'stable', 0)) as stable,
            sum(coalesce(trend = 'slipping', 0)) as slipping
        from v_evaluation_series
        where latest = 1
    ),
    activity as (
        select
            max(year) as year,
            sum(half_days) as half_days,
            sum(actions) as actions,
            sum(participants) as participants,
            sum(reported) as reported,
            nullif(count(*), 0) as centres,
            coalesce(max(fictitious), 0) as fictitious
        from v_activity_by_centre
        where year = (select coalesce(max(iif(year <= (cast(strftime('%Y', 'now', 'localtime') as integer) - (substr(date('now', 'localtime'), 6) <> '12-31')), year, null)), max(year)) from v_activity)
    ),
    agreed as (
        select
            sum(status in ('running', 'ending')) as running,
            sum(status = 'ending') as ending,
            sum(status = 'future') as future,
            sum(status in ('ended', 'ended-without-successor')) as ended,
            sum(status = 'ended-without-successor') as ended_without_successor,
            round(sum(amount) filter (where status in ('running', 'ending')), 2) as running_amount,
            coalesce(max(fictitious), 0) as fictitious
        from v_agreements
    )
    select
        date('now', 'localtime') as as_of,
        iif(date('now', 'localtime') < '2024-01-01', '2015', '2024') as geography,
        (select count(*) from v_centres) as centres,
        (select count(*) from v_centres where ' ' || departments glob '* 9[78]*') as centres_overseas,
        (select total from covered where measure = 'neighbourhoods') as neighbourhoods,
        (select iif(total > 0, covered, null) from covered where measure = 'neighbourhoods') as coverage_neighbourhoods,
        (select nullif(total, 0) from covered where measure = 'neighbourhoods') as coverage_neighbourhoods_total,
        (select share from covered where measure = 'neighbourhoods') as coverage_neighbourhoods_share,
        (select iif(total > 0, covered, null) from covered where measure = 'contracts') as coverage_contracts,
        (select nullif(total, 0) from covered where measure = 'contracts') as coverage_contracts_total,
        (select share from covered where measure = 'contracts') as coverage_contracts_share,
        (select iif(total > 0, covered, null) from covered where measure = 'inhabitants') as coverage_inhabitants,
        (select nullif(total, 0) from covered where measure = 'inhabitants') as coverage_inhabitants_total,
        (select share from covered where measure = 'inhabitants') as coverage_inhabitants_share,
        (select iif(total > 0, covered, null) from covered where measure = 'departments') as coverage_departments,
        (select nullif(total, 0) from covered where measure = 'departments') as coverage_departments_total,
        (select share from covered where measure = 'departments') as coverage_departments_share,
        (select year from funded) as funding_year,
        m.state as state_support,
        m.local as local_support,
        m.other as other_support,
        m.total as total_support,
        iif(h.before > 0, round(h.amount / h.before, 6), null) as state_support_change,
        h.centres as state_support_change_centres,
        e.evaluated as missions_evaluated,
        e.expected as missions_evaluated_total,
        round(e.evaluated * 1.0 / e.expected, 6) as missions_evaluated_share,
        e.complete as centres_complete,
        e.centres as centres_complete_total,
        e.overdue as missions_overdue,
        t.improving as missions_improving,
        t.stable as missions_stable,
        t.slipping as missions_slipping,
        a.year as activity_year,
        a.half_days,
        a.actions,
        a.participants,
        a.reported as activity_reported,
        a.centres as activity_centres,
        g.running as agreements_running,
        g.ending as agreements_ending,
        g.future as agreements_future,
        g.ended as agreements_ended,
        g.ended_without_successor as agreements_ended_without_successor,
        g.running_amount as agreements_running_amount,
        max(
            coalesce((select max(fictitious) from covered), 0),
            m.fictitious, e.fictitious, a.fictitious, g.fictitious
        ) as fictitious
    from money as m
    cross join change as h
    cross join missions as e
    cross join trends as t
    cross join activity as a
    cross join agreed as g
""",
}
