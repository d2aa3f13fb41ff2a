-- Harm: packs or usage slipped into subscription ARR inflate the figure that investors
-- compare. It is recomputed here from the subscriptions in force, and nothing else. What was adjusted
-- by hand stands apart.
with arr_subscription as (
    select * from {{ ref('arr_subscription') }}
),

subscription_intervals as (
    select * from {{ ref('int_subscription_intervals') }}
),

in_force as (
    select
        arr_subscription.period_start,
        coalesce(sum(subscription_intervals.mrr_micros), 0) as mrr_micros
    from arr_subscription
    left join subscription_intervals
        on
            arr_subscription.period_start >= subscription_intervals.started_on
            and (
                subscription_intervals.ended_on is null
                or arr_subscription.period_start < subscription_intervals.ended_on
            )
    where
        arr_subscription.grain = 'day'
        and arr_subscription.region = 'all'
        and arr_subscription.segment = 'all'
        and arr_subscription.plan = 'all'
    group by arr_subscription.period_start
)

select
    arr_subscription.period_start,
    arr_subscription.value,
    in_force.mrr_micros
from arr_subscription
inner join in_force
    on arr_subscription.period_start = in_force.period_start
where
    arr_subscription.grain = 'day'
    and arr_subscription.region = 'all'
    and arr_subscription.segment = 'all'
    and arr_subscription.plan = 'all'
    and arr_subscription.value <> 12 * {{ usd('in_force.mrr_micros') }}
