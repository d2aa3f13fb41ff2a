with payments as (
    select * from {{ ref('int_payments') }}
),

subscription_intervals as (
    select * from {{ ref('int_subscription_intervals') }}
),

-- The plan is the one in force when the paid service begins.
plans_paid as (
    select
        payments.payment_id,
        max(subscription_intervals.plan_id) as plan_id,
        max(subscription_intervals.segment) as segment
    from payments
    inner join subscription_intervals
        on
            payments.subscription_id = subscription_intervals.subscription_id
            and payments.booked_on >= subscription_intervals.started_on
            and (
                subscription_intervals.ended_on is null
                or payments.booked_on < subscription_intervals.ended_on
            )
    group by payments.payment_id
),

-- One-off sales to the holder of a professional plan count as professional.
professional as (
    select distinct payments.payment_id
    from payments
    inner join subscription_intervals
        on
            payments.account_id = subscription_intervals.account_id
            and payments.paid_on >= subscription_intervals.started_on
            and (
                subscription_intervals.ended_on is null
                or payments.paid_on < subscription_intervals.ended_on
            )
    where
        payments.kind = 'credit_pack'
        and subscription_intervals.segment = 'pro'
),

final as (
    select
        payments.payment_id,
        case
            when payments.kind in ('api_package', 'usage') then 'enterprise'
            when payments.kind = 'subscription'
                then coalesce(plans_paid.segment, 'unknown')
            when professional.payment_id is not null then 'pro'
            else 'consumer'
        end as segment,
        case
            when payments.kind = 'subscription'
                then coalesce(plans_paid.plan_id, 'unknown')
            else payments.kind
        end as plan_id
    from payments
    left join plans_paid
        on payments.payment_id = plans_paid.payment_id
    left join professional
        on payments.payment_id = professional.payment_id
)

select * from final
