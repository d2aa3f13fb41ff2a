-- Harm: revenue is shown that no customer has paid for.
with revenue_daily as (
    select * from {{ ref('fct_revenue_daily') }}
),

cash_daily as (
    select * from {{ ref('fct_cash_daily') }}
),

flows as (
    select
        revenue_daily.earned_on as flow_on,
        revenue_daily.revenue_micros as recognised_micros,
        0 as cash_micros
    from revenue_daily
    union all
    select
        cash_daily.moved_on as flow_on,
        0 as recognised_micros,
        cash_daily.cash_micros
    from cash_daily
    where cash_daily.line in ('charged', 'refund')
),

days as (
    select
        flows.flow_on,
        sum(flows.recognised_micros) as recognised_micros,
        sum(flows.cash_micros) as cash_micros
    from flows
    where flows.flow_on <= {{ as_of() }}
    group by flows.flow_on
),

running as (
    select
        days.flow_on,
        sum(days.recognised_micros) over (
            order by days.flow_on
            rows between unbounded preceding and current row
        ) as total_recognised_micros,
        sum(days.cash_micros) over (
            order by days.flow_on
            rows between unbounded preceding and current row
        ) as total_cash_micros
    from days
)

select *
from running
where total_recognised_micros > total_cash_micros
