
    

    create  table
      "warehouse"."intermediate"."int_fx_rates__dbt_tmp"
  
    
    as (
      with fx_rates as (
    select * from "warehouse"."seeds"."fx_rates"
),

currencies as (
    select * from "warehouse"."seeds"."currencies"
),

rates as (
    select
        fx_rates.currency,
        fx_rates.valid_from,
        fx_rates.units_per_usd
    from fx_rates
    where fx_rates.currency <> 'USD'
    union all
    select
        'USD' as currency,
        cast('1970-01-01' as date) as valid_from,
        cast(1 as double) as units_per_usd
),

final as (
    select
        rates.currency,
        rates.valid_from,
        lead(rates.valid_from) over (
            partition by rates.currency
            order by rates.valid_from
        ) as valid_to,
        rates.units_per_usd,
        case currencies.minor_digits
            when 0 then 1000000
            when 2 then 10000
            when 3 then 1000
        end as micros_per_minor
    from rates
    inner join currencies
        on rates.currency = currencies.currency
)

select * from final
    );
    
  