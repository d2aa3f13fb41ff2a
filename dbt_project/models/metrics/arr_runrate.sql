with run_rate as (
    select * from {{ ref('run_rate_revenue') }}
),

final as (
    select
        run_rate.grain,
        run_rate.period_start,
        run_rate.region,
        run_rate.segment,
        run_rate.plan,
        cast(run_rate.value * 12 as decimal(20, 6)) as value,
        run_rate.numerator,
        run_rate.denominator,
        run_rate.state
    from run_rate
)

select * from final
