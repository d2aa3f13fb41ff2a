with margin_daily as (
    select * from {{ ref('fct_margin_daily') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

slices as (
    select
        periods.grain,
        periods.period_start,
        coalesce(margin_daily.region, 'all') as region,
        sum(margin_daily.cost_micros) as cost_micros,
        periods.state
    from margin_daily
    inner join periods
        on margin_daily.date_day = periods.date_day
    where margin_daily.segment = 'free'
    group by grouping sets (
        (periods.grain, periods.period_start, periods.state),
        (periods.grain, periods.period_start, periods.state, margin_daily.region)
    )
),

final as (
    select
        slices.grain,
        slices.period_start,
        slices.region,
        {{ usd('slices.cost_micros') }} as value,
        cast(null as double) as numerator,
        cast(null as double) as denominator,
        slices.state
    from slices
)

select * from final
