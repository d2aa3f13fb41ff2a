with source as (
    select * from {{ source('raw', 'trial_started') }}
),

final as (
    select
        source.event_id,
        {{ utc('source.occurred_at') }} as occurred_at,
        {{ reporting_day(utc('source.occurred_at')) }} as occurred_on,
        source.platform,
        source.is_test,
        source.account_id,
        source.subscription_id,
        source.plan_id,
        source.interval as billing_interval,
        source.price_minor,
        source.currency,
        {{ utc('source.trial_ends_at') }} as trial_ends_at
    from source
)

select * from final
