-- Harm: a bridge that does not add up hides lost revenue. Opening MRR plus all
-- movements is closing MRR to the micro-dollar, at every grain, region and plan.
with movements as (
    select * from {{ ref('fct_mrr_movements') }}
),

mrr_daily as (
    select * from {{ ref('fct_mrr_daily') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

cell_days as (
    select
        mrr_daily.region,
        mrr_daily.plan_id,
        mrr_daily.date_day,
        sum(mrr_daily.mrr_micros) as mrr_micros
    from mrr_daily
    group by mrr_daily.region, mrr_daily.plan_id, mrr_daily.date_day
),

closings as (
    select
        periods.grain,
        periods.period_start,
        cell_days.region,
        cell_days.plan_id,
        cell_days.mrr_micros as closing_micros,
        coalesce(
            lag(cell_days.mrr_micros) over (
                partition by periods.grain, cell_days.region, cell_days.plan_id
                order by periods.period_start
            ), 0
        ) as opening_micros
    from cell_days
    inner join periods
        on cell_days.date_day = periods.date_day
    where periods.is_closing_day
),

net as (
    select
        movements.grain,
        movements.period_start,
        movements.region,
        movements.plan_id,
        sum(movements.amount_micros) as net_micros
    from movements
    group by
        movements.grain,
        movements.period_start,
        movements.region,
        movements.plan_id
)

select
    closings.grain,
    closings.period_start,
    closings.region,
    closings.plan_id,
    closings.opening_micros,
    net.net_micros,
    closings.closing_micros
from closings
full outer join net
    on
        closings.grain = net.grain
        and closings.period_start = net.period_start
        and closings.region = net.region
        and closings.plan_id = net.plan_id
where
    coalesce(closings.opening_micros, 0) + coalesce(net.net_micros, 0)
    <> coalesce(closings.closing_micros, 0)
