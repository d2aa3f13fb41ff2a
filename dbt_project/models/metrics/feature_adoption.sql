with depth as (
    select * from {{ ref('feature_depth') }}
),

-- The rows without a feature count the users of any.
final as (
    select
        depth.grain,
        depth.period_start,
        depth.feature,
        depth.region,
        cast(depth.denominator as double) / nullif(totals.denominator, 0) as value,
        depth.denominator as numerator,
        totals.denominator,
        depth.state
    from depth
    inner join depth as totals
        on
            depth.grain = totals.grain
            and depth.period_start = totals.period_start
            and depth.region = totals.region
    where
        depth.feature <> 'all'
        and totals.feature = 'all'
)

select * from final
