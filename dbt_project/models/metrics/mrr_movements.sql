with mrr_movements as (
    select * from {{ ref('fct_mrr_movements') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

-- Both dimensions together: a bridge is drawn for one region at a time.
slices as (
    select
        mrr_movements.grain,
        mrr_movements.period_start,
        coalesce(mrr_movements.movement, 'all') as movement,
        coalesce(mrr_movements.region, 'all') as region,
        sum(mrr_movements.amount_micros) as amount_micros
    from mrr_movements
    group by grouping sets (
        (mrr_movements.grain, mrr_movements.period_start),
        (mrr_movements.grain, mrr_movements.period_start, mrr_movements.movement),
        (mrr_movements.grain, mrr_movements.period_start, mrr_movements.region),
        (
            mrr_movements.grain,
            mrr_movements.period_start,
            mrr_movements.movement,
            mrr_movements.region
        )
    )
),

closing_periods as (
    select
        periods.grain,
        periods.period_start,
        periods.state
    from periods
    where periods.is_closing_day
),

final as (
    select
        slices.grain,
        slices.period_start,
        slices.movement,
        slices.region,
        {{ usd('slices.amount_micros') }} as value,
        cast(null as double) as numerator,
        cast(null as double) as denominator,
        closing_periods.state
    from slices
    inner join closing_periods
        on
            slices.grain = closing_periods.grain
            and slices.period_start = closing_periods.period_start
)

select * from final
