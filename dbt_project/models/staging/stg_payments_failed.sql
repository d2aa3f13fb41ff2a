with source as (
    select * from {{ source('raw', 'payment_failed') }}
),

final as (
    select
        source.event_id,
        {{ utc('source.occurred_at') }} as occurred_at,
        source.platform,
        source.is_test,
        source.account_id,
        source.payment_id,
        source.kind,
        source.subscription_id,
        source.attempt
    from source
)

select * from final
