with rungs as (
    select * from {{ ref('active_users_by_rung') }}
),

final as (
    select
        rungs.grain,
        rungs.period_start,
        rungs.region,
        rungs.value,
        rungs.numerator,
        rungs.denominator,
        rungs.state
    from rungs
    where rungs.rung = 'delivered'
)

select * from final
