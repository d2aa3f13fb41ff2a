with service_revenue as (
    select * from {{ ref('int_service_revenue') }}
),

credit_revenue as (
    select * from {{ ref('int_credit_revenue') }}
),

refunds as (
    select * from {{ ref('fct_refunds') }}
),

parts as (
    select
        service_revenue.earned_on,
        'service' as source,
        service_revenue.region,
        service_revenue.segment,
        service_revenue.plan_id,
        service_revenue.revenue_micros
    from service_revenue
    union all
    select
        credit_revenue.earned_on,
        'credits' as source,
        credit_revenue.region,
        credit_revenue.segment,
        credit_revenue.plan_id,
        credit_revenue.revenue_micros
    from credit_revenue
    union all
    select
        refunds.refunded_on as earned_on,
        'refund' as source,
        refunds.region,
        refunds.segment,
        refunds.plan_id,
        -refunds.amount_micros as revenue_micros
    from refunds
),

final as (
    select
        parts.earned_on,
        parts.source,
        parts.region,
        parts.segment,
        parts.plan_id,
        cast(sum(parts.revenue_micros) as bigint) as revenue_micros
    from parts
    where parts.earned_on <= {{ as_of() }}
    group by
        parts.earned_on,
        parts.source,
        parts.region,
        parts.segment,
        parts.plan_id
)

select * from final
