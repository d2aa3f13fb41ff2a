with generations_daily as (
    select * from {{ ref('fct_generations_daily') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

final as (
    select
        periods.grain,
        periods.period_start,
        coalesce(generations_daily.model_id, 'all') as model,
        coalesce(generations_daily.region, 'all') as region,
        cast(sum(generations_daily.generations) as bigint) as value,
        cast(null as bigint) as numerator,
        cast(null as bigint) as denominator,
        periods.state
    from generations_daily
    inner join periods
        on generations_daily.finished_on = periods.date_day
    where generations_daily.status = 'succeeded'
    group by grouping sets (
        (periods.grain, periods.period_start, periods.state),
        (
            periods.grain,
            periods.period_start,
            periods.state,
            generations_daily.model_id
        ),
        (
            periods.grain,
            periods.period_start,
            periods.state,
            generations_daily.region
        )
    )
)

select * from final
