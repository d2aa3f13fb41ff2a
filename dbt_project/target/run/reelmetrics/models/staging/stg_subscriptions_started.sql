
  
  create view "warehouse"."staging"."stg_subscriptions_started__dbt_tmp" as (
    with source as (
    select * from "warehouse"."raw"."subscription_started"
),

final as (
    select
        source.event_id,
        make_timestamp(epoch_us(source.occurred_at)) as occurred_at,
        source.platform,
        source.is_test,
        source.account_id,
        source.subscription_id,
        source.plan_id,
        source.interval as billing_interval,
        source.price_minor,
        source.currency,
        make_timestamp(epoch_us(source.period_start)) as period_start_at,
        make_timestamp(epoch_us(source.period_end)) as period_end_at,
        source.seats
    from source
)

select * from final
  );
