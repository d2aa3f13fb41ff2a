-- Harm: a debt counted twice, or counted after the subscription has churned, frightens
-- with revenue that is not there. What is at risk is in force, on every day and plan.
with at_risk as (
    select * from {{ ref('fct_at_risk_daily') }}
),

mrr_daily as (
    select * from {{ ref('fct_mrr_daily') }}
)

select
    at_risk.date_day,
    at_risk.region,
    at_risk.segment,
    at_risk.plan_id,
    at_risk.at_risk_micros,
    mrr_daily.mrr_micros
from at_risk
left join mrr_daily
    on
        at_risk.date_day = mrr_daily.date_day
        and at_risk.region = mrr_daily.region
        and at_risk.segment = mrr_daily.segment
        and at_risk.plan_id = mrr_daily.plan_id
where
    at_risk.at_risk_micros < 0
    or at_risk.at_risk_micros > coalesce(mrr_daily.mrr_micros, 0)
