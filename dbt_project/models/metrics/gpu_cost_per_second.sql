{{ generation_slices(
    {
        'cost_micros': 'generations_daily.cost_micros',
        'delivered_ms': 'generations_daily.delivered_ms',
    },
    {
        'model': 'model_id',
        'mode': 'mode',
        'resolution': 'resolution',
        'region': 'region',
    },
) }}

readings as (
    select
        slices.grain,
        slices.period_start,
        slices.model,
        slices.mode,
        slices.resolution,
        slices.region,
        cast({{ usd('slices.cost_micros') }} as double) as numerator,
        cast(slices.delivered_ms as double) / 1000 as denominator,
        slices.state
    from slices
),

final as (
    select
        readings.grain,
        readings.period_start,
        readings.model,
        readings.mode,
        readings.resolution,
        readings.region,
        readings.numerator / nullif(readings.denominator, 0) as value,
        readings.numerator,
        readings.denominator,
        readings.state
    from readings
)

select * from final
