with source as (
    select * from "warehouse"."raw"."payment_succeeded"
),

final as (
    select
        source.event_id,
        make_timestamp(epoch_us(source.occurred_at)) as occurred_at,
        source.platform,
        source.is_test,
        source.account_id,
        source.payment_id,
        source.kind,
        source.amount_minor,
        source.currency,
        source.subscription_id,
        source.grant_id,
        make_timestamp(epoch_us(source.period_start)) as period_start_at,
        make_timestamp(epoch_us(source.period_end)) as period_end_at
    from source
)

select * from final