with source as (
    select * from {{ source('raw', 'device_seen') }}
),

final as (
    select
        source.event_id,
        {{ utc('source.occurred_at') }} as occurred_at,
        {{ reporting_day(utc('source.occurred_at')) }} as occurred_on,
        source.platform,
        source.is_test,
        source.user_id,
        source.device_id,
        source.os,
        source.app_version
    from source
)

select * from final
