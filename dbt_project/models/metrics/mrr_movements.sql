with mrr_movements as (
    select * from {{ ref('fct_mrr_movements') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

cells as (
    select
        periods.grain,
        periods.period_start,
        periods.state,
        mrr_movements.movement,
        mrr_movements.region,
        mrr_movements.segment,
        mrr_movements.plan_id as plan,
        mrr_movements.amount_micros
    from mrr_movements
    inner join periods
        on
            mrr_movements.grain = periods.grain
            and mrr_movements.period_start = periods.period_start
    where periods.is_closing_day
),

-- Each slice has its own bridge: the movements in it, and their sum.
sums as (
    {{ sums_by_slice(
        ['region', 'segment', 'plan'], ['amount_micros'], across='movement'
    ) }}
),

-- Transfers cancel out in a slice that holds both of their ends.
slices as (
    select *
    from sums
    where
        amount_micros <> 0
        or movement = 'all'
),

final as (
    {{ usd_values(['movement', 'region', 'segment', 'plan']) }}
)

select * from final
