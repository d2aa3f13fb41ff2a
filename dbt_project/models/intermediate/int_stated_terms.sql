with started as (
    select * from {{ ref('stg_subscriptions_started') }}
),

renewed as (
    select * from {{ ref('stg_subscriptions_renewed') }}
),

changed as (
    select * from {{ ref('stg_subscriptions_changed') }}
),

resumed as (
    select * from {{ ref('stg_subscriptions_resumed') }}
),

paused as (
    select * from {{ ref('stg_subscriptions_paused') }}
),

cancelled as (
    select * from {{ ref('stg_subscriptions_cancelled') }}
),

statements as (
    select * from started
    union all
    select * from renewed
    union all
    select * from changed
    union all
    select * from resumed
),

-- A cancellation or a pause is a term of no price: what follows can undo it.
final as (
    select
        statements.subscription_id,
        statements.account_id,
        statements.event_id,
        statements.occurred_at,
        statements.period_start_at as effective_at,
        statements.plan_id,
        case statements.billing_interval
            when 'month' then 1
            when 'quarter' then 3
            when 'year' then 12
        end as interval_months,
        statements.price_minor,
        statements.currency,
        case
            when statements.offer is not null then 'free_period'
            when statements.coupon_duration = 'forever' then 'coupon_forever'
            when statements.coupon is not null then 'coupon_finite'
        end as discount,
        false as is_end,
        cast(null as string) as end_cause
    from statements
    where not statements.is_test
    union all
    select
        cancelled.subscription_id,
        cancelled.account_id,
        cancelled.event_id,
        cancelled.occurred_at,
        cancelled.ends_at as effective_at,
        cast(null as string) as plan_id,
        cast(null as int) as interval_months,
        0 as price_minor,
        cast(null as string) as currency,
        cast(null as string) as discount,
        true as is_end,
        case when cancelled.is_voluntary then 'voluntary' else 'involuntary' end
            as end_cause
    from cancelled
    where not cancelled.is_test
    union all
    select
        paused.subscription_id,
        paused.account_id,
        paused.event_id,
        paused.occurred_at,
        paused.paused_from as effective_at,
        cast(null as string) as plan_id,
        cast(null as int) as interval_months,
        0 as price_minor,
        cast(null as string) as currency,
        cast(null as string) as discount,
        true as is_end,
        'pause' as end_cause
    from paused
    where not paused.is_test
)

select * from final
