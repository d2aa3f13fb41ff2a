with grants as (
    select * from {{ ref('fct_paid_grants') }}
),

credit_revenue as (
    select * from {{ ref('int_credit_revenue') }}
),

dates as (
    select * from {{ ref('dim_dates') }}
),

-- Sold on the day of the grant, earned as the credits are burnt or expire.
changes as (
    select
        grants.granted_on as changed_on,
        grants.region,
        grants.segment,
        grants.plan_id,
        grants.consideration_micros as sold_micros,
        0 as earned_micros
    from grants
    where grants.granted_on <= {{ as_of() }}
    union all
    select
        credit_revenue.earned_on as changed_on,
        credit_revenue.region,
        credit_revenue.segment,
        credit_revenue.plan_id,
        0 as sold_micros,
        credit_revenue.revenue_micros as earned_micros
    from credit_revenue
),

{{ daily_balances(
    {'sold_micros': '+1', 'earned_micros': '-1'}, 'liability_micros'
) }}
