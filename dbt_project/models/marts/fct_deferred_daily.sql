with payments as (
    select * from {{ ref('fct_payments') }}
),

grants as (
    select * from {{ ref('fct_paid_grants') }}
),

revenue_daily as (
    select * from {{ ref('fct_revenue_daily') }}
),

dates as (
    select * from {{ ref('dim_dates') }}
),

-- Billed in advance, then earned: by days for services, by use for credits.
changes as (
    select
        payments.paid_on as changed_on,
        payments.region,
        payments.segment,
        payments.plan_id,
        payments.amount_micros as billed_micros,
        0 as recognised_micros
    from payments
    where
        payments.kind in ('subscription', 'usage')
        and payments.paid_on <= {{ as_of() }}
    union all
    select
        grants.granted_on as changed_on,
        grants.region,
        grants.segment,
        grants.plan_id,
        grants.consideration_micros as billed_micros,
        0 as recognised_micros
    from grants
    where grants.granted_on <= {{ as_of() }}
    union all
    select
        revenue_daily.earned_on as changed_on,
        revenue_daily.region,
        revenue_daily.segment,
        revenue_daily.plan_id,
        0 as billed_micros,
        revenue_daily.revenue_micros as recognised_micros
    from revenue_daily
    where revenue_daily.source in ('service', 'credits')
),

{{ daily_balances(
    {'billed_micros': '+1', 'recognised_micros': '-1'}, 'deferred_micros'
) }}
