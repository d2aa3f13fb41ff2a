with adjustments as (
    select * from {{ ref('adjustments') }}
),

accounts as (
    select * from {{ ref('dim_accounts') }}
),

final as (
    select
        adjustments.adjustment_id,
        adjustments.account_id,
        coalesce(accounts.region, 'unknown') as region,
        adjustments.measure,
        cast(floor(adjustments.amount_usd * 1000000 + 0.5) as bigint) as amount_micros,
        adjustments.valid_from,
        adjustments.valid_to,
        adjustments.reason,
        adjustments.author,
        adjustments.approved_by
    from adjustments
    left join accounts
        on adjustments.account_id = accounts.account_id
)

select * from final
