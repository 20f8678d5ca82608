-- See ``v_network`` in ``definitions/views.py`` for what it is and what its columns hold.
with covered as (
    select * from coverage_totals
),
given as (
    select
        sum(counted_cents) filter (where scope = 'p147') as p147,
        sum(counted_cents) filter (where scope = 'programmes') as programmes,
        sum(counted_cents) filter (where scope = 'posts') as posts,
        sum(counted_cents) filter (where giver = 'local') as local,
        sum(counted_cents) filter (where giver = 'other') as other,
        sum(counted_cents) as total,
        coalesce(max(fictitious), 0) as fictitious
    from money_asked
    where year = (select usual from money_known)
),
change as (
    select sum(n.amount_cents) - sum(b.amount_cents) as amount, sum(b.amount_cents) as before, count(*) as centres
    from state_support as n
    join state_support as b on b.centre = n.centre and b.year = n.year - 1
    where n.year = (select usual from money_known)
),
missions_of_centres as (
    select
        n.centre,
        count(*) as expected,
        sum(n.evaluated) as evaluated,
        sum(n.overdue) as overdue,
        sum(t.trend = 'improving') as improving,
        sum(t.trend = 'stable') as stable,
        sum(t.trend = 'slipping') as slipping
    from mission_states as n
    left join evaluation_trends as t on t.centre = n.centre and t.mission = n.mission and t.latest
    group by n.centre
),
evaluated as (
    select
        coalesce(sum(expected), 0) as expected,
        sum(evaluated) as evaluated,
        sum(evaluated = expected) as complete,
        sum(overdue) as overdue,
        count(*) as centres,
        iif(sum(evaluated) is null, null, coalesce(sum(improving), 0)) as improving,
        iif(sum(evaluated) is null, null, coalesce(sum(stable), 0)) as stable,
        iif(sum(evaluated) is null, null, coalesce(sum(slipping), 0)) as slipping,
        coalesce((select max(fictitious) from standing_evaluations), 0) as fictitious
    from missions_of_centres
),
done as (
    select
        max(year) as year,
        sum(half_days) as half_days,
        sum(actions) as actions,
        sum(participants) as participants,
        sum(reported) as reported,
        nullif(count(*), 0) as centres,
        coalesce(max(fictitious), 0) as fictitious
    from activity_years
    where year = (select usual from activity_known)
),
agreed as (
    select
        sum(runs) as running,
        sum(status = 'ending') as ending,
        sum(status = 'future') as future,
        sum(status in ('ended', 'ended-without-successor')) as ended,
        sum(status = 'ended-without-successor') as ended_without_successor,
        sum(amount_cents) filter (where runs) as running_amount,
        coalesce(max(fictitious), 0) as fictitious
    from agreement_states
)
select
    :as_of as as_of,
    (select count(*) from centre_overview) as centres,
    (select iif(count(labelled) > 0, coalesce(sum(labelled), 0), null) from centre_overview) as centres_labelled,
    (select count(*) from centre_overview where ' ' || departments glob '* 9[78]*') as centres_overseas,
    (select nullif(total, 0) from covered where measure = 'neighbourhoods') as neighbourhoods,
    (select iif(total > 0, covered, null) from covered where measure = 'neighbourhoods') as coverage_neighbourhoods,
    (select nullif(total, 0) from covered where measure = 'neighbourhoods') as coverage_neighbourhoods_total,
    (select iif(total > 0, round(covered * 1.0 / total, 6), null) from covered where measure = 'neighbourhoods')
        as coverage_neighbourhoods_share,
    (select iif(total > 0, high, null) from covered where measure = 'neighbourhoods') as coverage_neighbourhoods_high,
    (select nullif(total, 0) from covered where measure = 'neighbourhoods') as coverage_neighbourhoods_high_total,
    (select iif(total > 0, round(high * 1.0 / total, 6), null) from covered where measure = 'neighbourhoods')
        as coverage_neighbourhoods_high_share,
    (select iif(total > 0, medium, null) from covered where measure = 'neighbourhoods') as coverage_neighbourhoods_medium,
    (select nullif(total, 0) from covered where measure = 'neighbourhoods') as coverage_neighbourhoods_medium_total,
    (select iif(total > 0, round(medium * 1.0 / total, 6), null) from covered where measure = 'neighbourhoods')
        as coverage_neighbourhoods_medium_share,
    (select iif(total > 0, covered, null) from covered where measure = 'contracts') as coverage_contracts,
    (select nullif(total, 0) from covered where measure = 'contracts') as coverage_contracts_total,
    (select iif(total > 0, round(covered * 1.0 / total, 6), null) from covered where measure = 'contracts')
        as coverage_contracts_share,
    (select iif(total > 0, covered, null) from covered where measure = 'inhabitants') as coverage_inhabitants,
    (select nullif(total, 0) from covered where measure = 'inhabitants') as coverage_inhabitants_total,
    (select iif(total > 0, round(covered * 1.0 / total, 6), null) from covered where measure = 'inhabitants')
        as coverage_inhabitants_share,
    (select iif(total > 0, covered, null) from covered where measure = 'departments') as coverage_departments,
    (select nullif(total, 0) from covered where measure = 'departments') as coverage_departments_total,
    (select iif(total > 0, round(covered * 1.0 / total, 6), null) from covered where measure = 'departments')
        as coverage_departments_share,
    (select usual from money_known) as funding_year,
    m.p147 / 100.0 as state_support,
    m.programmes / 100.0 as state_programmes,
    m.posts / 100.0 as state_posts,
    m.local / 100.0 as local_support,
    m.other / 100.0 as other_support,
    m.total / 100.0 as total_support,
    iif(h.before > 0, round(h.amount * 1.0 / h.before, 6), null) as state_support_change,
    h.centres as state_support_change_centres,
    e.evaluated as missions_evaluated,
    e.expected as missions_evaluated_total,
    round(e.evaluated * 1.0 / e.expected, 6) as missions_evaluated_share,
    e.complete as centres_complete,
    e.centres as centres_complete_total,
    e.overdue as missions_overdue,
    e.improving as missions_improving,
    e.stable as missions_stable,
    e.slipping as missions_slipping,
    d.year as activity_year,
    d.half_days,
    d.actions,
    d.participants,
    d.reported as activity_reported,
    d.centres as activity_centres,
    g.running as agreements_running,
    g.ending as agreements_ending,
    g.future as agreements_future,
    g.ended as agreements_ended,
    g.ended_without_successor as agreements_ended_without_successor,
    g.running_amount / 100.0 as agreements_running_amount,
    max(
        coalesce((select max(fictitious) from covered), 0),
        m.fictitious, e.fictitious, d.fictitious, g.fictitious
    ) as fictitious
from given as m
cross join change as h
cross join evaluated as e
cross join done as d
cross join agreed as g
