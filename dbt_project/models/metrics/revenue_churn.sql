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
        cast({{ usd('coalesce(movements.lost_micros, 0)') }} as double) as numerator,
        cast({{ usd('openings.opening_micros') }} as double) as denominator,
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
        readings.numerator / nullif(readings.denominator, 0) as value,
        readings.numerator,
        readings.denominator,
        readings.state
    from readings
)

select * from final
