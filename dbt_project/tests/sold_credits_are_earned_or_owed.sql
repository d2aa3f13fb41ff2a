-- Harm: money for credits that is neither revenue nor owed has vanished from the books.
-- Sold to date = recognised to date + liability, at every month's close and slice.
with grants as (
    select * from {{ ref('fct_paid_grants') }}
),

credit_revenue as (
    select * from {{ ref('int_credit_revenue') }}
),

credit_liability as (
    select * from {{ ref('credit_liability') }}
),

closings as (
    select
        credit_liability.period_start,
        least(
            {{ next_month('credit_liability.period_start') }} - 1, {{ as_of() }}
        ) as closing_day,
        credit_liability.plan,
        credit_liability.value
    from credit_liability
    where
        credit_liability.grain = 'month'
        and credit_liability.plan <> 'all'
),

flows as (
    select
        grants.granted_on as changed_on,
        grants.plan_id,
        grants.consideration_micros as unearned_micros
    from grants
    union all
    select
        credit_revenue.earned_on as changed_on,
        credit_revenue.plan_id,
        -credit_revenue.revenue_micros as unearned_micros
    from credit_revenue
),

daily_flows as (
    select
        flows.changed_on,
        flows.plan_id,
        sum(flows.unearned_micros) as unearned_micros
    from flows
    group by flows.changed_on, flows.plan_id
)

select
    closings.period_start,
    closings.plan,
    closings.value,
    sum(daily_flows.unearned_micros) as unearned_micros
from closings
inner join daily_flows
    on
        closings.plan = daily_flows.plan_id
        and closings.closing_day >= daily_flows.changed_on
group by closings.period_start, closings.plan, closings.value
having {{ usd('sum(daily_flows.unearned_micros)') }} <> closings.value
