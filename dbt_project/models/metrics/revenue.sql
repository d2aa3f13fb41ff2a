with revenue_daily as (
    select * from {{ ref('fct_revenue_daily') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

slices as (
    select
        periods.grain,
        periods.period_start,
        coalesce(revenue_daily.region, 'all') as region,
        coalesce(revenue_daily.segment, 'all') as segment,
        coalesce(revenue_daily.plan_id, 'all') as plan,
        sum(revenue_daily.revenue_micros) as revenue_micros,
        periods.state
    from revenue_daily
    inner join periods
        on revenue_daily.earned_on = periods.date_day
    where periods.grain in ('day', 'month')
    group by grouping sets (
        (periods.grain, periods.period_start, periods.state),
        (periods.grain, periods.period_start, periods.state, revenue_daily.region),
        (periods.grain, periods.period_start, periods.state, revenue_daily.segment),
        (periods.grain, periods.period_start, periods.state, revenue_daily.plan_id)
    )
),

final as (
    select
        slices.grain,
        slices.period_start,
        slices.region,
        slices.segment,
        slices.plan,
        {{ usd('slices.revenue_micros') }} as value,
        cast(null as double) as numerator,
        cast(null as double) as denominator,
        slices.state
    from slices
)

select * from final
