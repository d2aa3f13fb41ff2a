with generations_daily as (
    select * from {{ ref('fct_generations_daily') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

-- What fails costs too, so the cost is of every job, the seconds of those delivered.
slices as (
    select
        periods.grain,
        periods.period_start,
        coalesce(generations_daily.model_id, 'all') as model,
        sum(generations_daily.cost_micros) as cost_micros,
        sum(generations_daily.delivered_ms) as delivered_ms,
        periods.state
    from generations_daily
    inner join periods
        on generations_daily.finished_on = periods.date_day
    where periods.grain in ('week', 'month')
    group by grouping sets (
        (periods.grain, periods.period_start, periods.state),
        (
            periods.grain,
            periods.period_start,
            periods.state,
            generations_daily.model_id
        )
    )
),

ratios as (
    select
        slices.grain,
        slices.period_start,
        slices.model,
        cast({{ usd('slices.cost_micros') }} as double) as cost_usd,
        cast(slices.delivered_ms as double) / 1000 as delivered_seconds,
        slices.state
    from slices
),

final as (
    select
        ratios.grain,
        ratios.period_start,
        ratios.model,
        ratios.cost_usd / nullif(ratios.delivered_seconds, 0) as value,
        ratios.cost_usd as numerator,
        ratios.delivered_seconds as denominator,
        ratios.state
    from ratios
)

select * from final
