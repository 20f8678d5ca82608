-- One row: the network in figures, today. `crpv report network`: a figure has the name that its JSON gives in `figure`, with
-- underscores, and `_total` and `_share` beside it where it is a part of something. What the rules find is not there:
-- `crpv check` finds.
--
-- as_of: Today.
-- centres: Centres that exist.
-- centres_labelled: Those that have the State's label; null if no label is known.
-- centres_overseas: Those that serve a department overseas.
-- neighbourhoods: Priority neighbourhoods.
-- coverage_neighbourhoods: How many priority neighbourhoods are covered.
-- coverage_neighbourhoods_total: Of how many.
-- coverage_neighbourhoods_share: The one ÷ the other.
-- coverage_neighbourhoods_high: Covered neighbourhoods that rest on high confidence alone.
-- coverage_neighbourhoods_high_total: Of how many.
-- coverage_neighbourhoods_high_share: The one ÷ the other.
-- coverage_neighbourhoods_medium: Those that rest on high or medium confidence.
-- coverage_neighbourhoods_medium_total: Of how many.
-- coverage_neighbourhoods_medium_share: The one ÷ the other.
-- coverage_contracts: How many city contracts are covered.
-- coverage_contracts_total: Of how many.
-- coverage_contracts_share: The one ÷ the other.
-- coverage_inhabitants: How many inhabitants of neighbourhoods are covered.
-- coverage_inhabitants_total: Of how many.
-- coverage_inhabitants_share: The one ÷ the other.
-- coverage_departments: How many departments with a neighbourhood are covered.
-- coverage_departments_total: Of how many.
-- coverage_departments_share: The one ÷ the other.
-- funding_year: The year the money is of: the latest that is over and of which State support is known.
-- state_support: Subsidies of the State's programme 147 granted, in euros, as far as they are known.
-- state_programmes: What other programmes of the State granted, in euros.
-- state_posts: Posts that the State paid, in euros.
-- local_support: What regions, departments, intercommunalities and communes granted, in euros.
-- other_support: What all others granted, in euros.
-- total_support: All that is known, in euros.
-- state_support_change: Change of the subsidies of programme 147 on the year before, as a share, over the centres of which both years
--   are known.
-- state_support_change_centres: How many those are.
-- missions_evaluated: Core missions ever evaluated; null if no evaluation is known at all.
-- missions_evaluated_total: Core missions of the centres open.
-- missions_evaluated_share: The one ÷ the other.
-- centres_complete: Centres all of whose core missions are evaluated.
-- centres_complete_total: Centres open.
-- missions_overdue: Missions whose evaluation is overdue, with a cycle of three years (the project's own default).
-- missions_improving: Missions whose latest rating is better than the one before.
-- missions_stable: Those where it is the same.
-- missions_slipping: Those where it is worse.
-- activity_year: The latest year that is over and of which activity is known, else the one that runs.
-- half_days: Half-days of activity in it; null if nothing is known.
-- actions: Actions.
-- participants: Participants.
-- activity_reported: Centres that have reported the year.
-- activity_centres: Centres open in it.
-- agreements_running: Agreements that run; null if no agreement is known at all.
-- agreements_ending: Those of them that end within 12 months.
-- agreements_future: Agreements that are to start.
-- agreements_ended: Agreements that ended.
-- agreements_ended_without_successor: Those of them that nothing followed.
-- agreements_running_amount: What the running ones commit over their whole terms, in euros, where that is known.
-- fictitious: Whether any of it comes from a fictitious source.
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
