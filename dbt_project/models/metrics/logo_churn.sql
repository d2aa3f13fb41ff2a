with openings as (
    select * from {{ ref('int_monthly_openings') }}
),

movements as (
    select * from {{ ref('int_monthly_movements') }}
),

readings as (
    select
        openings.period_start,
        openings.region,
        cast(coalesce(movements.churned_accounts, 0) as bigint) as numerator,
        cast(openings.opening_accounts as bigint) as denominator,
        openings.state
    from openings
    left join movements
        on
            openings.period_start = movements.period_start
            and openings.region = movements.region
),

final as (
    select
        'month' as grain,
        readings.period_start,
        readings.region,
        cast(readings.numerator as double) / nullif(readings.denominator, 0) as value,
        readings.numerator,
        readings.denominator,
        readings.state
    from readings
)

select * from final
