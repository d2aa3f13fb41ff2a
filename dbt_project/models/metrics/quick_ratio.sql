with movements as (
    select * from {{ ref('int_monthly_movements') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

readings as (
    select
        periods.period_start,
        movements.region,
        cast({{ usd('movements.gained_micros') }} as double) as numerator,
        cast({{ usd('movements.lost_micros') }} as double) as denominator,
        periods.state
    from movements
    inner join periods
        on movements.period_start = periods.period_start
    where
        periods.grain = 'month'
        and periods.is_closing_day
        and movements.cause = 'all'
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
