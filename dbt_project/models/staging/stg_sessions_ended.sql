with source as (
    select * from {{ source('raw', 'session_ended') }}
),

final as (
    select
        source.event_id,
        {{ utc('source.occurred_at') }} as occurred_at,
        {{ reporting_day(utc('source.occurred_at')) }} as occurred_on,
        source.platform,
        source.is_test,
        source.user_id,
        source.session_id,
        source.duration_ms
    from source
)

select * from final
