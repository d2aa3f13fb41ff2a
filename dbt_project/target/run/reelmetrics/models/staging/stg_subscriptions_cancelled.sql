
  
  create view "warehouse"."staging"."stg_subscriptions_cancelled__dbt_tmp" as (
    with source as (
    select * from "warehouse"."raw"."subscription_cancelled"
),

final as (
    select
        source.event_id,
        make_timestamp(epoch_us(source.occurred_at)) as occurred_at,
        source.platform,
        source.is_test,
        source.account_id,
        source.subscription_id,
        make_timestamp(epoch_us(source.ends_at)) as ends_at,
        source.reason,
        source.is_voluntary
    from source
)

select * from final
  );
