
  
  create view "warehouse"."staging"."stg_credits_expired__dbt_tmp" as (
    with source as (
    select * from "warehouse"."raw"."credits_expired"
),

final as (
    select
        source.event_id,
        make_timestamp(epoch_us(source.occurred_at)) as occurred_at,
        source.platform,
        source.is_test,
        source.account_id,
        source.grant_id,
        source.expired_credits
    from source
)

select * from final
  );
