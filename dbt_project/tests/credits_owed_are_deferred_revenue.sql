-- Harm: two pages with two liabilities. What is owed for credits is the deferred
-- revenue of packs and packages, day by day.
with deferred_daily as (
    select * from {{ ref('fct_deferred_daily') }}
),

liability_daily as (
    select * from {{ ref('fct_credit_liability_daily') }}
)

select
    liability_daily.date_day,
    liability_daily.region,
    liability_daily.segment,
    liability_daily.plan_id,
    liability_daily.liability_micros,
    deferred_daily.deferred_micros
from liability_daily
left join deferred_daily
    on
        liability_daily.date_day = deferred_daily.date_day
        and liability_daily.region = deferred_daily.region
        and liability_daily.segment = deferred_daily.segment
        and liability_daily.plan_id = deferred_daily.plan_id
where deferred_daily.deferred_micros is distinct from liability_daily.liability_micros
