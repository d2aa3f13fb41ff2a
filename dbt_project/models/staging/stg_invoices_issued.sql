with source as (
    select * from {{ source('raw', 'invoice_issued') }}
),

final as (
    select
        source.event_id,
        {{ utc('source.occurred_at') }} as occurred_at,
        {{ reporting_day(utc('source.occurred_at')) }} as occurred_on,
        source.platform,
        source.is_test,
        source.account_id,
        source.invoice_id,
        source.kind,
        source.amount_minor,
        source.tax_minor,
        source.currency,
        source.subscription_id,
        {{ utc('source.due_at') }} as due_at,
        {{ utc('source.period_start') }} as period_start_at,
        {{ utc('source.period_end') }} as period_end_at
    from source
)

select * from final
