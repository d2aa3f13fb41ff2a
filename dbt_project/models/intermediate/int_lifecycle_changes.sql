with user_days as (
    select * from {{ ref('int_user_days') }}
),

users as (
    select * from {{ ref('dim_users') }}
),

history as (
    select min(user_days.active_on) as first_active_on
    from user_days
),

-- The last active day of a user in a week knows the next active week.
user_weeks as (
    select
        user_days.region,
        {{ week_start('user_days.active_on') }} as week_start,
        {{ week_start('user_days.active_on + user_days.days_to_next') }}
            as next_week_start
    from user_days
    where
        user_days.days_to_next is null
        or {{ week_start('user_days.active_on + user_days.days_to_next') }}
        > {{ week_start('user_days.active_on') }}
),

-- Many users become few rows before anything is counted twice.
spells as (
    select
        user_weeks.region,
        user_weeks.week_start,
        user_weeks.next_week_start,
        count(*) as users
    from user_weeks
    group by
        user_weeks.region,
        user_weeks.week_start,
        user_weeks.next_week_start
),

first_days as (
    select
        user_days.user_id,
        user_days.region,
        min(user_days.active_on) as first_active_on
    from user_days
    group by user_days.user_id, user_days.region
),

-- Who registered before the history began was there before: not new, but back.
arrivals as (
    select
        {{ week_start('first_days.first_active_on') }} as week_start,
        first_days.region,
        case
            when users.registered_on < history.first_active_on then 'resurrected'
            else 'new'
        end as status,
        1 as users
    from first_days
    cross join history
    left join users
        on first_days.user_id = users.user_id
),

events as (
    select
        arrivals.week_start,
        arrivals.region,
        arrivals.status,
        arrivals.users
    from arrivals
    union all
    select
        spells.next_week_start as week_start,
        spells.region,
        case
            when spells.next_week_start = spells.week_start + 7 then 'retained'
            else 'resurrected'
        end as status,
        spells.users
    from spells
    where spells.next_week_start is not null
    union all
    select
        spells.week_start + 7 as week_start,
        spells.region,
        'dormant' as status,
        spells.users
    from spells
    where
        spells.next_week_start is null
        or spells.next_week_start > spells.week_start + 7
),

final as (
    select
        events.week_start,
        events.region,
        events.status,
        cast(sum(events.users) as bigint) as users
    from events
    group by events.week_start, events.region, events.status
)

select * from final
