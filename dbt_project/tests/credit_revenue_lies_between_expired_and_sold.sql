-- Harm: a pack that earns more than it cost, or that is never earned though it expired.
with grants as (
    select * from {{ ref('fct_paid_grants') }}
),

credit_revenue as (
    select * from {{ ref('int_credit_revenue') }}
),

sold as (
    select
        coalesce(sum(grants.consideration_micros), 0) as sold_micros,
        coalesce(
            sum(
                case
                    when grants.expires_on <= {{ as_of() }}
                        then grants.consideration_micros
                    else 0
                end
            ), 0
        ) as expired_micros
    from grants
),

earned as (
    select coalesce(sum(credit_revenue.revenue_micros), 0) as earned_micros
    from credit_revenue
)

select
    earned.earned_micros,
    sold.expired_micros,
    sold.sold_micros
from earned
cross join sold
where
    earned.earned_micros < sold.expired_micros
    or earned.earned_micros > sold.sold_micros
