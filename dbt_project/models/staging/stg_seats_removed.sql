with source as (
    select * from {{ source('raw', 'seat_removed') }}
),

final as (
    select
        source.event_id,
        {{ utc('source.occurred_at') }} as occurred_at,
        {{ reporting_day(utc('source.occurred_at')) }} as occurred_on,
        source.platform,
        source.is_test,
        source.account_id,
        source.workspace_id,
        source.seats,
        source.subscription_id
    from source
)

select * from final
