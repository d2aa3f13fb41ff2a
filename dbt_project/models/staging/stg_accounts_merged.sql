with source as (
    select * from {{ source('raw', 'account_merged') }}
),

final as (
    select
        source.event_id,
        {{ utc('source.occurred_at') }} as occurred_at,
        {{ reporting_day(utc('source.occurred_at')) }} as occurred_on,
        source.platform,
        source.is_test,
        source.account_id,
        source.user_id,
        source.merged_account_id,
        source.merged_user_id
    from source
)

select * from final
