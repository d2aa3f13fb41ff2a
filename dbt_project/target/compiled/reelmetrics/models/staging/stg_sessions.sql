with source as (
    select * from "warehouse"."raw"."session_started"
),

final as (
    select
        source.event_id,
        make_timestamp(epoch_us(source.occurred_at)) as occurred_at,
        source.platform,
        source.is_test,
        source.user_id,
        source.session_id,
        source.is_foreground
    from source
)

select * from final