with source as (
    select * from {{ source('raw', 'generation_finished') }}
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
        source.status,
        source.mode,
        source.model_id,
        source.resolution,
        source.queue_ms,
        source.run_ms,
        cast(floor(source.gpu_seconds * 1000 + 0.5) as bigint) as gpu_ms,
        cast(floor(source.video_seconds * 1000 + 0.5) as bigint) as delivered_ms,
        source.charged_credits,
        source.cost_micros,
        {{ utc('source.started_at') }} as started_at
    from source
)

select * from final
