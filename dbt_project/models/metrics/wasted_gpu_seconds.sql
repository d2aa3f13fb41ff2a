{{ generation_slices(
    {'amount': 'generations_daily.gpu_ms'},
    {'reason': 'outcome'},
    where="generations_daily.outcome <> 'kept'",
    lag_days=7,
) }}

final as (
    select
        slices.grain,
        slices.period_start,
        slices.reason,
        cast(slices.amount as double) / 1000 as value,
        cast(null as double) as numerator,
        cast(null as double) as denominator,
        slices.state
    from slices
)

select * from final
