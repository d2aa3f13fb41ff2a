with source as (
    select * from {{ source('raw', 'generation_submitted') }}
),

final as (
    select
        source.event_id,
        {{ utc('source.occurred_at') }} as occurred_at,
        {{ reporting_day(utc('source.occurred_at')) }} as occurred_on,
        source.platform,
        source.is_test,
        source.user_id,
        source.account_id,
        source.generation_id,
        source.mode,
        source.model_id,
        source.reserved_credits,
        source.prompt_sha256,
        source.motion_reference_seconds,
        source.priority,
        source.api_key_id
    from source
)

select * from final
