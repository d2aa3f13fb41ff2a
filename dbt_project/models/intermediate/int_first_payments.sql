with payments as (
    select * from {{ ref('fct_payments') }}
),

accounts as (
    select * from {{ ref('dim_accounts') }}
),

final as (
    select
        payments.account_id,
        payments.region,
        coalesce(accounts.channel, 'unknown') as channel,
        min(payments.paid_at) as first_paid_at,
        min(payments.paid_on) as first_paid_on
    from payments
    left join accounts
        on payments.account_id = accounts.account_id
    where payments.amount_micros > 0
    group by
        payments.account_id,
        payments.region,
        coalesce(accounts.channel, 'unknown')
)

select * from final
