with mrr_movements as (
    select * from {{ ref('fct_mrr_movements') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

-- Each slice has its own bridge: the movements in it, and their sum.
slices as (
    select
        mrr_movements.grain,
        mrr_movements.period_start,
        coalesce(mrr_movements.movement, 'all') as movement,
        coalesce(mrr_movements.region, 'all') as region,
        coalesce(mrr_movements.segment, 'all') as segment,
        coalesce(mrr_movements.plan_id, 'all') as plan,
        sum(mrr_movements.amount_micros) as amount_micros
    from mrr_movements
    group by grouping sets (
        (mrr_movements.grain, mrr_movements.period_start),
        (mrr_movements.grain, mrr_movements.period_start, mrr_movements.movement),
        {% for dimension in ['region', 'segment', 'plan_id'] %}
        (
            mrr_movements.grain,
            mrr_movements.period_start,
            mrr_movements.{{ dimension }}
        ),
        (
            mrr_movements.grain,
            mrr_movements.period_start,
            mrr_movements.movement,
            mrr_movements.{{ dimension }}
        ){{ '' if loop.last else ',' }}
        {% endfor %}
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

-- Transfers cancel out in a slice that holds both of their ends.
final as (
    select
        slices.grain,
        slices.period_start,
        slices.movement,
        slices.region,
        slices.segment,
        slices.plan,
        {{ usd('slices.amount_micros') }} as value,
        cast(null as double) as numerator,
        cast(null as double) as denominator,
        closing_periods.state
    from slices
    inner join closing_periods
        on
            slices.grain = closing_periods.grain
            and slices.period_start = closing_periods.period_start
    where
        slices.amount_micros <> 0
        or slices.movement = 'all'
)

select * from final
