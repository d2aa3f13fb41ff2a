with users as (
    select * from {{ ref('dim_users') }}
),

first_payments as (
    select * from {{ ref('int_first_payments') }}
),

final as (
    select
        users.user_id,
        users.region,
        users.registered_on,
        coalesce(
            first_payments.first_paid_at >= users.registered_at
            and first_payments.first_paid_at
            <= users.registered_at + interval '30' day,
            false
        ) as has_paid_within_30_days
    from users
    left join first_payments
        on users.account_id = first_payments.account_id
    where
        not users.is_test
        and not users.is_bot
)

select * from final
