-- Harm: a window of six or eight days looks plausible on every chart. On a Sunday the
-- rolling count must be what anybody gets who counts the people of the ISO week.
with user_days as (
    select * from {{ ref('int_user_days') }}
),

weekly_active_users as (
    select *
    from {{ ref('weekly_active_users') }}
    where
        platform = 'all'
        and plan = 'all'
),

counted as (
    select
        {{ week_start('user_days.active_on') }} as week_start,
        coalesce(user_days.region, 'all') as region,
        count(distinct user_days.user_id) as users
    from user_days
    group by grouping sets (
        ({{ week_start('user_days.active_on') }}),
        ({{ week_start('user_days.active_on') }}, user_days.region)
    )
)

select
    weekly_active_users.period_start,
    weekly_active_users.region,
    weekly_active_users.value,
    counted.users
from weekly_active_users
left join counted
    on
        weekly_active_users.period_start = counted.week_start
        and weekly_active_users.region = counted.region
where
    weekly_active_users.grain = 'week'
    and weekly_active_users.state = 'closed'
    and weekly_active_users.value <> coalesce(counted.users, 0)
