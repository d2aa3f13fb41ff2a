with cost_per_second as (
    select * from {{ ref('gpu_cost_per_second') }}
),

revenue as (
    select * from {{ ref('revenue') }}
),

-- The seconds are those that the cost is divided by: the two can be compared.
readings as (
    select
        cost_per_second.grain,
        cost_per_second.period_start,
        cost_per_second.region,
        cast(revenue.value as double) as numerator,
        cost_per_second.denominator,
        cost_per_second.state
    from cost_per_second
    inner join revenue
        on
            cost_per_second.grain = revenue.grain
            and cost_per_second.period_start = revenue.period_start
            and cost_per_second.region = revenue.region
    where
        cost_per_second.grain = 'month'
        and cost_per_second.model = 'all'
        and cost_per_second.mode = 'all'
        and cost_per_second.resolution = 'all'
        and revenue.segment = 'all'
        and revenue.plan = 'all'
        and revenue.channel = 'all'
),

final as (
    select
        readings.grain,
        readings.period_start,
        readings.region,
        readings.numerator / nullif(readings.denominator, 0) as value,
        readings.numerator,
        readings.denominator,
        readings.state
    from readings
)

select * from final
