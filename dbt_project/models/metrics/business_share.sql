with run_rate as (
    select * from {{ ref('run_rate_revenue') }}
),

readings as (
    select
        run_rate.grain,
        run_rate.period_start,
        sum(
            case
                when run_rate.segment in ('pro', 'enterprise')
                    then cast(run_rate.value as double)
                else 0
            end
        ) as numerator,
        sum(
            case
                when run_rate.segment = 'all' then cast(run_rate.value as double)
                else 0
            end
        ) as denominator,
        run_rate.state
    from run_rate
    where
        run_rate.region = 'all'
        and run_rate.plan = 'all'
    group by run_rate.grain, run_rate.period_start, run_rate.state
),

final as (
    select
        readings.grain,
        readings.period_start,
        readings.numerator / nullif(readings.denominator, 0) as value,
        readings.numerator,
        readings.denominator,
        readings.state
    from readings
)

select * from final
