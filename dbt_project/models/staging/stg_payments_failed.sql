with source as (
    select * from {{ source('raw', 'payment_failed') }}
),

final as (
    select
        source.event_id,
        {{ utc('source.occurred_at') }} as occurred_at,
        {{ reporting_day(utc('source.occurred_at')) }} as occurred_on,
        source.platform,
        source.is_test,
        source.account_id,
        source.payment_id,
        source.kind,
        source.subscription_id,
        source.attempt,
        source.reason
    from source
)

select * from final
