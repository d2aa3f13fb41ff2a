-- Harm: losses that do not follow from who was there. The dormant of a week are the
-- actives of the week before who were not retained.
with lifecycle as (
    select * from {{ ref('user_lifecycle') }}
),

weekly_active_users as (
    select *
    from {{ ref('weekly_active_users') }}
    where
        platform = 'all'
        and plan = 'all'
),

weeks as (
    select
        lifecycle.period_start,
        lifecycle.region,
        max(case when lifecycle.status = 'dormant' then lifecycle.value end) as dormant,
        max(case when lifecycle.status = 'retained' then lifecycle.value end)
            as retained
    from lifecycle
    where lifecycle.state <> 'withheld'
    group by lifecycle.period_start, lifecycle.region
)

select
    weeks.period_start,
    weeks.region,
    weeks.dormant,
    weeks.retained,
    weekly_active_users.value as active_before
from weeks
left join weekly_active_users
    on
        weeks.period_start - 7 = weekly_active_users.period_start
        and weeks.region = weekly_active_users.region
        and weekly_active_users.grain = 'week'
where weeks.dormant + weeks.retained is distinct from weekly_active_users.value
