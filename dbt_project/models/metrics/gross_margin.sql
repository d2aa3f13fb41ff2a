with margin_daily as (
    select * from {{ ref('fct_margin_daily') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

slices as (
    select
        periods.period_start,
        coalesce(margin_daily.region, 'all') as region,
        coalesce(margin_daily.segment, 'all') as segment,
        coalesce(margin_daily.plan_id, 'all') as plan,
        sum(margin_daily.revenue_micros) as revenue_micros,
        sum(margin_daily.cost_micros) as cost_micros,
        periods.state
    from margin_daily
    inner join periods
        on margin_daily.date_day = periods.date_day
    where periods.grain = 'month'
    group by grouping sets (
        (periods.period_start, periods.state),
        (periods.period_start, periods.state, margin_daily.region),
        (periods.period_start, periods.state, margin_daily.segment),
        (periods.period_start, periods.state, margin_daily.plan_id)
    )
),

readings as (
    select
        slices.period_start,
        slices.region,
        slices.segment,
        slices.plan,
        cast({{ usd('(slices.revenue_micros - slices.cost_micros)') }} as double)
            as numerator,
        cast({{ usd('slices.revenue_micros') }} as double) as denominator,
        slices.state
    from slices
),

-- Without revenue, or with more given back than earned, there is no margin to tell.
final as (
    select
        'month' as grain,
        readings.period_start,
        readings.region,
        readings.segment,
        readings.plan,
        case
            when readings.denominator > 0
                then readings.numerator / nullif(readings.denominator, 0)
        end as value,
        readings.numerator,
        readings.denominator,
        readings.state
    from readings
)

select * from final
