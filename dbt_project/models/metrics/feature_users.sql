with depth as (
    select * from {{ ref('feature_depth') }}
),

final as (
    select
        depth.grain,
        depth.period_start,
        depth.feature,
        depth.region,
        depth.denominator as value,
        cast(null as bigint) as numerator,
        cast(null as bigint) as denominator,
        depth.state
    from depth
)

select * from final
