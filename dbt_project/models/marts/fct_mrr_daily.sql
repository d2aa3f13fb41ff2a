with subscription_intervals as (
    select * from {{ ref('int_subscription_intervals') }}
),

adjusted as (
    select * from {{ ref('int_mrr_adjusted') }}
),

dates as (
    select * from {{ ref('dim_dates') }}
),

-- +MRR on the first day of an interval, -MRR on the first day after it.
changes as (
    select
        subscription_intervals.started_on as changed_on,
        subscription_intervals.region,
        subscription_intervals.segment,
        subscription_intervals.plan_id,
        subscription_intervals.mrr_micros as change_micros
    from subscription_intervals
    union all
    select
        subscription_intervals.ended_on as changed_on,
        subscription_intervals.region,
        subscription_intervals.segment,
        subscription_intervals.plan_id,
        -subscription_intervals.mrr_micros as change_micros
    from subscription_intervals
    where subscription_intervals.ended_on is not null
    union all
    select
        adjusted.changed_on,
        adjusted.region,
        adjusted.segment,
        adjusted.plan_id,
        adjusted.change_micros
    from adjusted
),

{{ daily_balances({'change_micros': '+1'}, 'mrr_micros') }}
