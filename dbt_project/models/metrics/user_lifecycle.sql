with lifecycle as (
    select * from {{ ref('int_lifecycle_weekly') }}
),

-- The total is the active users: the dormant are the ones who are missing from it.
active as (
    select
        lifecycle.week_start,
        lifecycle.region,
        'all' as status,
        lifecycle.is_known,
        lifecycle.state,
        sum(lifecycle.users) as users
    from lifecycle
    where lifecycle.status <> 'dormant'
    group by
        lifecycle.week_start,
        lifecycle.region,
        lifecycle.is_known,
        lifecycle.state
),

statuses as (
    select
        lifecycle.week_start,
        lifecycle.region,
        lifecycle.status,
        lifecycle.is_known,
        lifecycle.state,
        lifecycle.users
    from lifecycle
    union all
    select
        active.week_start,
        active.region,
        active.status,
        active.is_known,
        active.state,
        active.users
    from active
),

final as (
    select
        'week' as grain,
        statuses.week_start as period_start,
        statuses.status,
        statuses.region,
        case
            when statuses.is_known then cast(statuses.users as bigint)
        end as value,
        cast(null as bigint) as numerator,
        cast(null as bigint) as denominator,
        case
            when not statuses.is_known then 'withheld'
            else statuses.state
        end as state
    from statuses
)

select * from final
