with source as (
    select * from {{ source('raw', 'session_started') }}
),

final as (
    select
        source.event_id,
        {{ utc('source.occurred_at') }} as occurred_at,
        {{ reporting_day(utc('source.occurred_at')) }} as occurred_on,
        {{ reporting_day(
            utc('coalesce(source.received_at, source.occurred_at)')
        ) }} as received_on,
        source.platform,
        source.is_test,
        source.user_id,
        source.session_id,
        source.is_foreground
    from source
)

select * from final
