with users as (
    select * from {{ ref('dim_users') }}
    where
        not is_test
        and not is_bot
),

periods as (
    select * from {{ ref('dim_periods') }}
    where is_closing_day
),

registrations as (
    select
        users.registered_on,
        coalesce(users.region, 'all') as region,
        count(*) as registrations
    from users
    group by grouping sets (
        (users.registered_on),
        (users.registered_on, users.region)
    )
),

final as (
    select
        periods.grain,
        periods.period_start,
        registrations.region,
        cast(sum(registrations.registrations) as bigint) as value,
        cast(null as bigint) as numerator,
        cast(null as bigint) as denominator,
        periods.state
    from periods
    inner join registrations
        on periods.date_day >= registrations.registered_on
    group by
        periods.grain, periods.period_start, registrations.region, periods.state
)

select * from final
