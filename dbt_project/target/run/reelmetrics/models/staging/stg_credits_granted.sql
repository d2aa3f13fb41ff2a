
  
  create view "warehouse"."staging"."stg_credits_granted__dbt_tmp" as (
    with source as (
    select * from "warehouse"."raw"."credits_granted"
),

final as (
    select
        source.event_id,
        make_timestamp(epoch_us(source.occurred_at)) as occurred_at,
        source.platform,
        source.is_test,
        source.account_id,
        source.grant_id,
        source.grant_type,
        source.granted_credits,
        source.consideration_minor,
        source.currency,
        make_timestamp(epoch_us(source.expires_at)) as expires_at
    from source
)

select * from final
  );
