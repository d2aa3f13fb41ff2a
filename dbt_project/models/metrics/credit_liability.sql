with liability_daily as (
    select * from {{ ref('fct_credit_liability_daily') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

slices as (
    select
        periods.grain,
        periods.period_start,
        coalesce(liability_daily.region, 'all') as region,
        coalesce(liability_daily.segment, 'all') as segment,
        coalesce(liability_daily.plan_id, 'all') as plan,
        sum(liability_daily.liability_micros) as liability_micros,
        periods.state
    from liability_daily
    inner join periods
        on liability_daily.date_day = periods.date_day
    where
        periods.grain in ('day', 'month')
        and periods.is_closing_day
    group by grouping sets (
        (periods.grain, periods.period_start, periods.state),
        (periods.grain, periods.period_start, periods.state, liability_daily.region),
        (periods.grain, periods.period_start, periods.state, liability_daily.segment),
        (periods.grain, periods.period_start, periods.state, liability_daily.plan_id)
    )
),

final as (
    select
        slices.grain,
        slices.period_start,
        slices.region,
        slices.segment,
        slices.plan,
        {{ usd('slices.liability_micros') }} as value,
        cast(null as double) as numerator,
        cast(null as double) as denominator,
        slices.state
    from slices
)

select * from final
