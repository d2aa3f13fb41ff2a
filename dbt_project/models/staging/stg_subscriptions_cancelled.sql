with source as (
    select * from {{ source('raw', 'subscription_cancelled') }}
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
        {{ utc('source.ends_at') }} as ends_at,
        source.reason,
        source.is_voluntary
    from source
)

select * from final
