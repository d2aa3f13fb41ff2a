-- Harm: the slices of actives have windows of their own; a wrong one stays hidden in
-- charts that nobody adds up. On a Sunday each slice is a plain distinct count.
with slice_days as (
    select * from {{ ref('int_slice_days') }}
),

actives as (
    select * from {{ ref('weekly_active_users') }}
),

counted as (
    select
        {{ week_start('slice_days.active_on') }} as week_start,
        slice_days.dimension,
        slice_days.slice,
        count(distinct slice_days.user_id) as users
    from slice_days
    group by
        {{ week_start('slice_days.active_on') }},
        slice_days.dimension,
        slice_days.slice
)

select
    actives.period_start,
    actives.platform,
    actives.plan,
    actives.value,
    counted.users
from actives
left join counted
    on
        actives.period_start = counted.week_start
        and counted.slice
        = case counted.dimension
            when 'platform' then actives.platform
            else actives.plan
        end
where
    actives.grain = 'week'
    and actives.state = 'closed'
    and (actives.platform <> 'all' or actives.plan <> 'all')
    and actives.value <> coalesce(counted.users, 0)
