{{ generation_slices(
    {'amount': 'generations_daily.cost_micros'},
    {'reason': 'outcome'},
    where="generations_daily.outcome <> 'kept'",
    lag_days=7,
) }}

final as (
    select
        slices.grain,
        slices.period_start,
        slices.reason,
        {{ usd('slices.amount') }} as value,
        cast(null as double) as numerator,
        cast(null as double) as denominator,
        slices.state
    from slices
)

select * from final
