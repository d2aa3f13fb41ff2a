with source as (
    select * from {{ source('raw', 'subscription_paused') }}
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
        {{ utc('source.paused_from') }} as paused_from,
        {{ utc('source.resumes_at') }} as resumes_at
    from source
)

select * from final
