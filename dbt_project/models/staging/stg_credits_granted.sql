with source as (
    select * from {{ source('raw', 'credits_granted') }}
),

final as (
    select
        source.event_id,
        {{ utc('source.occurred_at') }} as occurred_at,
        {{ reporting_day(utc('source.occurred_at')) }} as occurred_on,
        source.platform,
        source.is_test,
        source.account_id,
        source.grant_id,
        source.grant_type,
        source.granted_credits,
        source.consideration_minor,
        source.currency,
        {{ utc('source.expires_at') }} as expires_at
    from source
)

select * from final
