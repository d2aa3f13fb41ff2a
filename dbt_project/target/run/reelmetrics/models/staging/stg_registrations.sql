
  
  create view "warehouse"."staging"."stg_registrations__dbt_tmp" as (
    with source as (
    select * from "warehouse"."raw"."user_registered"
),

final as (
    select
        source.event_id,
        make_timestamp(epoch_us(source.occurred_at)) as occurred_at,
        source.platform,
        source.is_test,
        source.user_id,
        source.account_id,
        source.country,
        source.channel,
        source.language
    from source
)

select * from final
  );
