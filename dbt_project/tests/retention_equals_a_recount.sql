-- Harm: a bracket that counts a person twice, or a day off by one, shifts the curve
-- that decides on acquisition. Day 1 and week 1 are counted again, person by person.
with returns as (
    select * from {{ ref('retention') }}
),

users as (
    select * from {{ ref('dim_users') }}
),

user_days as (
    select * from {{ ref('int_user_days') }}
),

visits as (
    select
        users.user_id,
        {{ week_start('users.registered_on') }} as week_start,
        {{ days_between('users.registered_on', 'user_days.active_on') }}
            as active_offset
    from users
    inner join user_days
        on
            users.user_id = user_days.user_id
            and users.registered_on < user_days.active_on
            and users.registered_on + 13 >= user_days.active_on
),

counted as (
    select
        visits.week_start,
        'd1' as measure,
        count(distinct visits.user_id) as users
    from visits
    where visits.active_offset = 1
    group by visits.week_start
    union all
    select
        visits.week_start,
        'w1' as measure,
        count(distinct visits.user_id) as users
    from visits
    where visits.active_offset >= 7
    group by visits.week_start
)

select
    returns.period_start,
    returns.measure,
    returns.numerator,
    counted.users
from returns
left join counted
    on
        returns.period_start = counted.week_start
        and returns.measure = counted.measure
where
    returns.measure in ('d1', 'w1')
    and returns.state = 'closed'
    and returns.numerator <> coalesce(counted.users, 0)
