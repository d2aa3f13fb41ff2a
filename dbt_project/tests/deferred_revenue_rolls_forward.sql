-- Harm: money billed that is neither earned nor owed. Opening + billed - recognised of
-- every month and plan must be the balance that the ledger has on its last closed day.
with deferred_revenue as (
    select * from {{ ref('deferred_revenue') }}
),

deferred_daily as (
    select * from {{ ref('fct_deferred_daily') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

closings as (
    select
        periods.period_start,
        deferred_daily.plan_id,
        sum(deferred_daily.deferred_micros) as deferred_micros
    from deferred_daily
    inner join periods
        on deferred_daily.date_day = periods.date_day
    where
        periods.grain = 'month'
        and periods.is_closing_day
    group by periods.period_start, deferred_daily.plan_id
)

select
    closings.period_start,
    closings.plan_id,
    closings.deferred_micros,
    deferred_revenue.value
from closings
left join deferred_revenue
    on
        closings.period_start = deferred_revenue.period_start
        and closings.plan_id = deferred_revenue.plan
        and deferred_revenue.line = 'all'
        and deferred_revenue.region = 'all'
where deferred_revenue.value is distinct from {{ usd('closings.deferred_micros') }}
