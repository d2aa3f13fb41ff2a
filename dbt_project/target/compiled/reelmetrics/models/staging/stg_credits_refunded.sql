with source as (
    select * from "warehouse"."raw"."credits_refunded"
),

final as (
    select
        source.event_id,
        make_timestamp(epoch_us(source.occurred_at)) as occurred_at,
        source.platform,
        source.is_test,
        source.account_id,
        source.grant_id,
        source.generation_id,
        source.refunded_credits
    from source
)

select * from final