-- Harm: packs or usage slipped into subscription ARR inflate the figure that investors
-- compare. It is recomputed here from the subscriptions and adjustments in force, and
-- nothing else.
with arr_subscription as (
    select * from {{ ref('arr_subscription') }}
),

subscription_intervals as (
    select * from {{ ref('int_subscription_intervals') }}
),

adjustments as (
    select * from {{ ref('fct_adjustments') }}
),

holdings as (
    select
        subscription_intervals.started_on,
        subscription_intervals.ended_on,
        subscription_intervals.mrr_micros
    from subscription_intervals
    union all
    select
        adjustments.valid_from as started_on,
        adjustments.valid_to as ended_on,
        adjustments.amount_micros as mrr_micros
    from adjustments
    where adjustments.measure = 'mrr'
),

in_force as (
    select
        arr_subscription.period_start,
        coalesce(sum(holdings.mrr_micros), 0) as mrr_micros
    from arr_subscription
    left join holdings
        on
            arr_subscription.period_start >= holdings.started_on
            and (
                holdings.ended_on is null
                or arr_subscription.period_start < holdings.ended_on
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
