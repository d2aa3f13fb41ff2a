-- Harm: a discount shown beside MRR that is not in it makes one of the two wrong. What
-- is discounted is in force, on every day and plan.
with discounted as (
    select
        date_day,
        region,
        segment,
        plan_id,
        min(discounted_micros) as least_micros,
        sum(discounted_micros) as discounted_micros
    from {{ ref('fct_discounted_daily') }}
    group by date_day, region, segment, plan_id
),

mrr_daily as (
    select * from {{ ref('fct_mrr_daily') }}
)

select
    discounted.date_day,
    discounted.region,
    discounted.segment,
    discounted.plan_id,
    discounted.discounted_micros,
    mrr_daily.mrr_micros
from discounted
left join mrr_daily
    on
        discounted.date_day = mrr_daily.date_day
        and discounted.region = mrr_daily.region
        and discounted.segment = mrr_daily.segment
        and discounted.plan_id = mrr_daily.plan_id
where
    discounted.least_micros < 0
    or discounted.discounted_micros > coalesce(mrr_daily.mrr_micros, 0)
