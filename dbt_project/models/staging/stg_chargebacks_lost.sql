with source as (
    select * from {{ source('raw', 'chargeback_lost') }}
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
        source.chargeback_id,
        source.amount_minor,
        source.currency,
        source.fee_minor
    from source
)

select * from final
