with source as (
    select * from {{ source('raw', 'payment_succeeded') }}
),

final as (
    select
        source.event_id,
        {{ utc('source.occurred_at') }} as occurred_at,
        {{ reporting_day(utc('source.occurred_at')) }} as occurred_on,
        source.platform,
        source.is_test,
        source.account_id,
        source.payment_id,
        source.kind,
        source.amount_minor,
        source.currency,
        source.store,
        source.tax_minor,
        source.fee_minor,
        source.subscription_id,
        source.grant_id,
        {{ utc('source.period_start') }} as period_start_at,
        {{ utc('source.period_end') }} as period_end_at,
        source.store_fee_minor,
        source.psp_fee_minor,
        source.invoice_id
    from source
)

select * from final
