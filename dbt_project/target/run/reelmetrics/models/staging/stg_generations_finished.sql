
  
  create view "warehouse"."staging"."stg_generations_finished__dbt_tmp" as (
    with source as (
    select * from "warehouse"."raw"."generation_finished"
),

final as (
    select
        source.event_id,
        make_timestamp(epoch_us(source.occurred_at)) as occurred_at,
        source.platform,
        source.is_test,
        source.user_id,
        source.account_id,
        source.generation_id,
        source.status,
        source.mode,
        source.model_id,
        cast(floor(source.video_seconds * 1000 + 0.5) as bigint) as delivered_ms,
        source.charged_credits,
        source.cost_micros
    from source
)

select * from final
  );
