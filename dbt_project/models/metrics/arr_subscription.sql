with mrr as (
    select * from {{ ref('mrr') }}
),

final as (
    select
        mrr.grain,
        mrr.period_start,
        mrr.region,
        mrr.segment,
        mrr.plan,
        cast(mrr.value * 12 as decimal(20, 6)) as value,
        mrr.numerator,
        mrr.denominator,
        mrr.state
    from mrr
)

select * from final
