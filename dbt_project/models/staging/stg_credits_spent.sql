with source as (
    select * from {{ source('raw', 'credits_spent') }}
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
        source.generation_id,
        source.spent_credits
    from source
)

select * from final
