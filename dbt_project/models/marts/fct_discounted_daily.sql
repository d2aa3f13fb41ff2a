with subscription_intervals as (
    select * from {{ ref('int_subscription_intervals') }}
),

dates as (
    select * from {{ ref('dim_dates') }}
),

changes as (
    select
        subscription_intervals.started_on as changed_on,
        subscription_intervals.discount,
        subscription_intervals.region,
        subscription_intervals.segment,
        subscription_intervals.plan_id,
        subscription_intervals.mrr_micros as change_micros
    from subscription_intervals
    where subscription_intervals.discount is not null
    union all
    select
        subscription_intervals.ended_on as changed_on,
        subscription_intervals.discount,
        subscription_intervals.region,
        subscription_intervals.segment,
        subscription_intervals.plan_id,
        -subscription_intervals.mrr_micros as change_micros
    from subscription_intervals
    where
        subscription_intervals.discount is not null
        and subscription_intervals.ended_on is not null
),

{{ daily_balances(
    {'change_micros': '+1'},
    'discounted_micros',
    by=['discount', 'region', 'segment', 'plan_id']
) }}
