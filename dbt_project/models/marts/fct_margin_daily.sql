with revenue_daily as (
    select * from {{ ref('fct_revenue_daily') }}
),

cost_daily as (
    select * from {{ ref('int_compute_cost_daily') }}
),

payments as (
    select * from {{ ref('fct_payments') }}
),

refunds as (
    select * from {{ ref('fct_refunds') }}
),

parts as (
    select
        revenue_daily.earned_on as date_day,
        revenue_daily.region,
        revenue_daily.segment,
        revenue_daily.plan_id,
        revenue_daily.revenue_micros,
        0 as cost_micros,
        0 as fee_micros
    from revenue_daily
    union all
    select
        cost_daily.finished_on as date_day,
        cost_daily.region,
        cost_daily.segment,
        cost_daily.plan_id,
        0 as revenue_micros,
        cost_daily.cost_micros,
        0 as fee_micros
    from cost_daily
    union all
    select
        payments.paid_on as date_day,
        payments.region,
        payments.segment,
        payments.plan_id,
        0 as revenue_micros,
        0 as cost_micros,
        payments.fee_micros
    from payments
    where payments.paid_on <= {{ as_of() }}
    union all
    select
        refunds.refunded_on as date_day,
        refunds.region,
        refunds.segment,
        refunds.plan_id,
        0 as revenue_micros,
        0 as cost_micros,
        refunds.fee_micros
    from refunds
    where
        refunds.refunded_on <= {{ as_of() }}
        and refunds.fee_micros <> 0
),

final as (
    select
        parts.date_day,
        parts.region,
        parts.segment,
        parts.plan_id,
        cast(sum(parts.revenue_micros) as bigint) as revenue_micros,
        cast(sum(parts.cost_micros) as bigint) as cost_micros,
        cast(sum(parts.fee_micros) as bigint) as fee_micros,
        cast(sum(parts.revenue_micros - parts.fee_micros) as bigint)
            as net_revenue_micros
    from parts
    group by parts.date_day, parts.region, parts.segment, parts.plan_id
)

select * from final
