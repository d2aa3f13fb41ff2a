
  
  create view "warehouse"."staging"."stg_generations_submitted__dbt_tmp" as (
    with source as (
    select * from "warehouse"."raw"."generation_submitted"
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
        source.mode,
        source.model_id,
        source.reserved_credits
    from source
)

select * from final
  );
