with subscription_intervals as (
    select * from {{ ref('int_subscription_intervals') }}
),

payments as (
    select * from {{ ref('fct_payments') }}
),

-- MRR counts while it is in force, a one-off purchase for thirty days.
holdings as (
    select
        subscription_intervals.account_id,
        subscription_intervals.region,
        subscription_intervals.segment,
        subscription_intervals.started_on,
        coalesce(subscription_intervals.ended_on, {{ as_of() }} + 1) as ended_on
    from subscription_intervals
    where
        subscription_intervals.mrr_micros > 0
        and subscription_intervals.started_on <= {{ as_of() }}
    union all
    select
        payments.account_id,
        payments.region,
        payments.segment,
        payments.paid_on as started_on,
        payments.paid_on + 30 as ended_on
    from payments
    where
        payments.kind in ('credit_pack', 'api_package', 'usage')
        and payments.amount_micros > 0
        and payments.paid_on <= {{ as_of() }}
),

-- An account may hold two segments at once; its total must count it once.
slices as (
    select
        holdings.account_id,
        holdings.region,
        holdings.segment,
        holdings.started_on,
        holdings.ended_on
    from holdings
    union all
    select
        holdings.account_id,
        holdings.region,
        'all' as segment,
        holdings.started_on,
        holdings.ended_on
    from holdings
),

with_reach as (
    select
        slices.account_id,
        slices.region,
        slices.segment,
        slices.started_on,
        slices.ended_on,
        max(slices.ended_on) over (
            partition by slices.account_id, slices.segment
            order by slices.started_on, slices.ended_on
            rows between unbounded preceding and 1 preceding
        ) as reached_on
    from slices
),

numbered as (
    select
        with_reach.account_id,
        with_reach.region,
        with_reach.segment,
        with_reach.started_on,
        with_reach.ended_on,
        sum(
            case when with_reach.started_on <= with_reach.reached_on then 0 else 1 end
        ) over (
            partition by with_reach.account_id, with_reach.segment
            order by with_reach.started_on, with_reach.ended_on
            rows between unbounded preceding and current row
        ) as island
    from with_reach
),

final as (
    select
        numbered.account_id,
        numbered.region,
        numbered.segment,
        min(numbered.started_on) as started_on,
        max(numbered.ended_on) as ended_on
    from numbered
    group by
        numbered.account_id,
        numbered.region,
        numbered.segment,
        numbered.island
)

select * from final
