with mrr_daily as (
    select * from {{ ref('fct_mrr_daily') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

slices as (
    select
        periods.grain,
        periods.period_start,
        coalesce(mrr_daily.region, 'all') as region,
        coalesce(mrr_daily.segment, 'all') as segment,
        coalesce(mrr_daily.plan_id, 'all') as plan,
        sum(mrr_daily.mrr_micros) as mrr_micros,
        periods.state
    from mrr_daily
    inner join periods
        on mrr_daily.date_day = periods.date_day
    where
        periods.grain in ('day', 'month')
        and periods.is_closing_day
    group by grouping sets (
        (periods.grain, periods.period_start, periods.state),
        (periods.grain, periods.period_start, periods.state, mrr_daily.region),
        (periods.grain, periods.period_start, periods.state, mrr_daily.segment),
        (periods.grain, periods.period_start, periods.state, mrr_daily.plan_id)
    )
),

final as (
    select
        slices.grain,
        slices.period_start,
        slices.region,
        slices.segment,
        slices.plan,
        {{ usd('slices.mrr_micros') }} as value,
        cast(null as double) as numerator,
        cast(null as double) as denominator,
        slices.state
    from slices
)

select * from final
