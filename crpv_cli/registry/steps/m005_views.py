"""Schema 5: views of what schema 4 brought, of the series of ratings, and of the network as a whole.

Like those of schema 3 they speak of today, and amounts are in euros.
"""

from __future__ import annotations

from crpv_cli.registry.steps.today import OPEN_TODAY, THIS_YEAR, TODAY

__all__ = ["STATEMENTS"]

_MISSIONS = ("animation", "skills", "capitalisation", "complementary")

# A day that the month lacks becomes its last: SQLite alone would make 1 March of 29 February a year later.
_IN_A_YEAR = f"""min(
            date({TODAY}, '+12 months'), date({TODAY}, 'start of month', '+13 months', '-1 day')
        )"""
# The latest year that is over; its own last day is its end.
_CLOSED_YEAR = f"({THIS_YEAR} - (substr({TODAY}, 6) <> '12-31'))"
_CYCLE_YEARS = 3  # as reports/evaluation_cycle.py has it

_ACTIVITY = f"""
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
    where a.year <= {THIS_YEAR}
"""

_BY_MISSION = "\n".join(
    f"        sum(a.half_days) filter (where a.mission = '{mission}') as {mission}," for mission in _MISSIONS
)
_ACTIVITY_BY_CENTRE = f"""
    create view v_activity_by_centre as
    with rows_wanted as (
        select c.id as centre, y.year
        from centres as c
        cross join (select distinct year from v_activity) as y
        where (c.since is null or c.since <= y.year)
          and (c.label_from is null or c.label_from <= min(y.year || '-12-31', {TODAY}))
          and (c.label_to is null or c.label_to >= y.year || '-01-01')
        union
        select centre, year from v_activity
    )
    select
        w.centre,
        c.short_name,
        w.year,
        count(a.centre) > 0 as reported,
{_BY_MISSION}
        sum(a.half_days) as half_days,
        sum(a.actions) as actions,
        sum(a.participants) as participants,
        coalesce(max(a.fictitious), 0) as fictitious
    from rows_wanted as w
    join centres as c on c.id = w.centre
    left join v_activity as a on a.centre = w.centre and a.year = w.year
    group by w.centre, c.short_name, w.year
"""

_AGREEMENTS = f"""
    create view v_agreements as
    with known as (
        select * from agreements where signed_on is null or signed_on <= {TODAY}
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
                when f.starts_on > {TODAY} then 'future'
                when f.ends_on < {TODAY} then iif(f.next_starts_on <= {TODAY}, 'ended', 'ended-without-successor')
                when f.ends_on <= {_IN_A_YEAR} then 'ending'
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
        iif(p.status in ('running', 'ending'), cast(julianday(p.ends_on) - julianday({TODAY}) as integer), null)
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
"""

_GOVERNANCE = f"""
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
    where (g.valid_from is null or g.valid_from <= {TODAY}) and (g.valid_to is null or g.valid_to >= {TODAY})
"""

# The position of a rating is computed as in v_evaluation_latest, and compared before it is rounded.
_EVALUATION_SERIES = f"""
    create view v_evaluation_series as
    with chosen as (
        select
            e.*,
            row_number() over (
                partition by e.centre, e.mission, e.year
                order by case e.kind when 'external' then 0 when 'joint' then 1 else 2 end
            ) as choice
        from evaluations as e
        join centres as c on c.id = e.centre and {OPEN_TODAY}
        join missions as m on m.id = e.mission and m.core = 1
        where e.year <= {THIS_YEAR} and (e.evaluated_on is null or e.evaluated_on <= {TODAY})
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
"""

_MEASURES = ("neighbourhoods", "contracts", "inhabitants", "departments")
_COVERAGE = "\n".join(
    f"""        (select iif(total > 0, covered, null) from covered where measure = '{measure}') as coverage_{measure},
        (select nullif(total, 0) from covered where measure = '{measure}') as coverage_{measure}_total,
        (select share from covered where measure = '{measure}') as coverage_{measure}_share,"""
    for measure in _MEASURES
)
_NETWORK = f"""
    create view v_network as
    with covered as (
        select * from v_coverage_totals where geography = iif({TODAY} < '2024-01-01', '2015', '2024')
    ),
    -- The latest year that is over and of which State support is known, else the one that runs, else the latest known.
    funded as (
        select coalesce(
            max(iif(funder_kind = 'state' and year <= {_CLOSED_YEAR}, year, null)),
            max(iif(funder_kind = 'state', year, null)), max(year), {THIS_YEAR}
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
            sum(iif(e.evaluated is null, null, coalesce(e.year, c.since, 0) < {THIS_YEAR} - {_CYCLE_YEARS})) as overdue,
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
        where year = (select coalesce(max(iif(year <= {_CLOSED_YEAR}, year, null)), max(year)) from v_activity)
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
        {TODAY} as as_of,
        iif({TODAY} < '2024-01-01', '2015', '2024') as geography,
        (select count(*) from v_centres) as centres,
        (select count(*) from v_centres where ' ' || departments glob '* 9[78]*') as centres_overseas,
        (select total from covered where measure = 'neighbourhoods') as neighbourhoods,
{_COVERAGE}
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
"""

_VIEWS = {
    "activity": _ACTIVITY,
    "activity_by_centre": _ACTIVITY_BY_CENTRE,
    "agreements": _AGREEMENTS,
    "governance": _GOVERNANCE,
    "evaluation_series": _EVALUATION_SERIES,
    "network": _NETWORK,
}
# A view of somebody's own under one of these names gives way.
STATEMENTS: tuple[str, ...] = (*(f"drop view if exists v_{name}" for name in reversed(_VIEWS)), *_VIEWS.values())
