-- Harm: growth that is explained by parts which are not its parts. New, retained and
-- resurrected people are the weekly actives of the Sunday, in total and by region.
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
        sum(
            case
                when lifecycle.status in ('new', 'retained', 'resurrected')
                    then lifecycle.value
            end
        ) as parts,
        max(case when lifecycle.status = 'all' then lifecycle.value end) as total
    from lifecycle
    where lifecycle.state = 'closed'
    group by lifecycle.period_start, lifecycle.region
)

select
    weeks.period_start,
    weeks.region,
    weeks.parts,
    weeks.total,
    weekly_active_users.value
from weeks
left join weekly_active_users
    on
        weeks.period_start = weekly_active_users.period_start
        and weeks.region = weekly_active_users.region
        and weekly_active_users.grain = 'week'
where
    weeks.parts is distinct from weekly_active_users.value
    or weeks.total is distinct from weekly_active_users.value
