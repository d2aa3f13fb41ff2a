with source as (
    select * from "warehouse"."raw"."payment_refunded"
),

final as (
    select
        source.event_id,
        make_timestamp(epoch_us(source.occurred_at)) as occurred_at,
        source.platform,
        source.is_test,
        source.account_id,
        source.payment_id,
        source.refund_id,
        source.amount_minor,
        source.currency,
        source.reason
    from source
)

select * from final