with parts as (
    select * from {{ ref('int_revenue_parts') }}
),

final as (
    select
        parts.earned_on,
        parts.source,
        parts.region,
        parts.segment,
        parts.plan_id,
        parts.channel,
        cast(sum(parts.revenue_micros) as bigint) as revenue_micros
    from parts
    group by
        parts.earned_on,
        parts.source,
        parts.region,
        parts.segment,
        parts.plan_id,
        parts.channel
)

select * from final
