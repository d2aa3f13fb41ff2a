with concentration as (
    select * from {{ ref('int_concentration') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

readings as (
    select
        periods.grain,
        periods.period_start,
        concentration.top_10_usd as numerator,
        concentration.paid_usd as denominator,
        periods.state
    from concentration
    inner join periods
        on concentration.period_start = periods.period_start
    where
        periods.grain = 'month'
        and periods.is_closing_day
),

final as (
    select
        readings.grain,
        readings.period_start,
        readings.numerator / nullif(readings.denominator, 0) as value,
        readings.numerator,
        readings.denominator,
        readings.state
    from readings
)

select * from final
