with source as (
    select * from {{ source('raw', 'contract_signed') }}
),

final as (
    select
        source.event_id,
        {{ utc('source.occurred_at') }} as occurred_at,
        {{ reporting_day(utc('source.occurred_at')) }} as occurred_on,
        source.platform,
        source.is_test,
        source.account_id,
        source.contract_id,
        {{ utc('source.starts_at') }} as starts_at,
        {{ utc('source.ends_at') }} as ends_at,
        source.committed_minor,
        source.currency,
        source.seats,
        source.workspace_id,
        source.reseller
    from source
)

select * from final
