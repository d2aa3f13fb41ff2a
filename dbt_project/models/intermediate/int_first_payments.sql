with payments as (
    select * from {{ ref('fct_payments') }}
),

final as (
    select
        payments.account_id,
        payments.region,
        min(payments.paid_at) as first_paid_at,
        min(payments.paid_on) as first_paid_on
    from payments
    where payments.amount_micros > 0
    group by payments.account_id, payments.region
)

select * from final
