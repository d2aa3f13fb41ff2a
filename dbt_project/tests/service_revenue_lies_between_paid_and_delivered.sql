-- Harm: straight-line revenue that loses or invents money. What is earned is at least
-- all of the periods that are over and at most all that was paid.
with payments as (
    select * from {{ ref('fct_payments') }}
),

service_revenue as (
    select * from {{ ref('int_service_revenue') }}
),

paid as (
    select
        coalesce(sum(payments.amount_micros), 0) as paid_micros,
        coalesce(
            sum(
                case
                    when
                        greatest(
                            coalesce(payments.service_ends_on, payments.paid_on + 1),
                            coalesce(payments.service_starts_on, payments.paid_on) + 1
                        ) <= {{ as_of() }} + 1
                        then payments.amount_micros
                    else 0
                end
            ), 0
        ) as delivered_micros
    from payments
    where payments.kind in ('subscription', 'usage')
),

earned as (
    select coalesce(sum(service_revenue.revenue_micros), 0) as earned_micros
    from service_revenue
)

select
    earned.earned_micros,
    paid.delivered_micros,
    paid.paid_micros
from earned
cross join paid
where
    earned.earned_micros < paid.delivered_micros
    or earned.earned_micros > paid.paid_micros
