with source as (
    select * from {{ source('raw', 'user_deleted') }}
),

final as (
    select
        source.event_id,
        {{ utc('source.occurred_at') }} as occurred_at,
        {{ reporting_day(utc('source.occurred_at')) }} as occurred_on,
        source.platform,
        source.is_test,
        source.user_id,
        source.account_id
    from source
)

select * from final
