with past_due as (
    select * from {{ ref('int_past_due') }}
),

subscription_intervals as (
    select * from {{ ref('int_subscription_intervals') }}
),

dates as (
    select * from {{ ref('dim_dates') }}
),

-- Of each debt, the days of grace in which the subscription still counts.
at_risk as (
    select
        subscription_intervals.region,
        subscription_intervals.segment,
        subscription_intervals.plan_id,
        subscription_intervals.mrr_micros,
        greatest(past_due.past_due_on, subscription_intervals.started_on)
            as started_on,
        least(
            past_due.grace_ends_on,
            coalesce(past_due.recovered_on, past_due.grace_ends_on),
            coalesce(subscription_intervals.ended_on, past_due.grace_ends_on)
        ) as ended_on
    from past_due
    inner join subscription_intervals
        on past_due.subscription_id = subscription_intervals.subscription_id
),

changes as (
    select
        at_risk.started_on as changed_on,
        at_risk.region,
        at_risk.segment,
        at_risk.plan_id,
        at_risk.mrr_micros as change_micros
    from at_risk
    where at_risk.started_on < at_risk.ended_on
    union all
    select
        at_risk.ended_on as changed_on,
        at_risk.region,
        at_risk.segment,
        at_risk.plan_id,
        -at_risk.mrr_micros as change_micros
    from at_risk
    where at_risk.started_on < at_risk.ended_on
),

{{ daily_balances({'change_micros': '+1'}, 'at_risk_micros') }}
