with cells as (
    select * from {{ ref('int_retention_cells') }}
),

readings as (
    select
        cells.period_start,
        cells.region,
        cast({{ usd('cells.closing_micros') }} as double) as numerator,
        cast({{ usd('cells.base_micros') }} as double) as denominator,
        cells.state
    from cells
),

final as (
    select
        'month' as grain,
        readings.period_start,
        readings.region,
        readings.numerator / nullif(readings.denominator, 0) as value,
        readings.numerator,
        readings.denominator,
        readings.state
    from readings
)

select * from final
