with source as (
    select * from {{ source('raw', 'subscription_renewed') }}
),

final as (
    select
        source.event_id,
        {{ utc('source.occurred_at') }} as occurred_at,
        source.platform,
        source.is_test,
        source.account_id,
        source.subscription_id,
        source.plan_id,
        source.interval as billing_interval,
        source.price_minor,
        source.currency,
        {{ utc('source.period_start') }} as period_start_at,
        {{ utc('source.period_end') }} as period_end_at,
        source.seats
    from source
)

select * from final
