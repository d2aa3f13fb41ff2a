with account_days as (
    select * from {{ ref('int_account_days') }}
),

final as (
    select
        account_days.finished_on,
        account_days.region,
        account_days.segment,
        account_days.plan_id,
        cast(sum(account_days.cost_micros) as bigint) as cost_micros
    from account_days
    group by
        account_days.finished_on,
        account_days.region,
        account_days.segment,
        account_days.plan_id
)

select * from final
