-- Harm: a creator count over six or eight days looks plausible on every chart. On a
-- Sunday each rung must be what anybody gets who counts the people of the ISO week.
with ladder_days as (
    select * from {{ ref('int_ladder_days') }}
),

actives as (
    select * from {{ ref('active_users_by_rung') }}
),

user_weeks as (
    select distinct
        ladder_days.user_id,
        ladder_days.region,
        ladder_days.rung,
        {{ week_start('ladder_days.active_on') }} as week_start
    from ladder_days
),

counted as (
    select
        user_weeks.week_start,
        user_weeks.rung,
        coalesce(user_weeks.region, 'all') as region,
        count(*) as users
    from user_weeks
    group by grouping sets (
        (user_weeks.week_start, user_weeks.rung),
        (user_weeks.week_start, user_weeks.rung, user_weeks.region)
    )
)

select
    actives.period_start,
    actives.rung,
    actives.region,
    actives.value,
    counted.users
from actives
left join counted
    on
        actives.period_start = counted.week_start
        and actives.rung = counted.rung
        and actives.region = counted.region
where
    actives.grain = 'week'
    and actives.rung in ('submitted', 'delivered', 'downloaded')
    and actives.state = 'closed'
    and actives.value <> coalesce(counted.users, 0)
