with first_payments as (
    select * from {{ ref('int_first_payments') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

final as (
    select
        periods.grain,
        periods.period_start,
        coalesce(first_payments.region, 'all') as region,
        coalesce(first_payments.channel, 'all') as channel,
        count(*) as value,
        cast(null as bigint) as numerator,
        cast(null as bigint) as denominator,
        periods.state
    from first_payments
    inner join periods
        on first_payments.first_paid_on = periods.date_day
    group by grouping sets (
        (periods.grain, periods.period_start, periods.state),
        (periods.grain, periods.period_start, periods.state, first_payments.region),
        (periods.grain, periods.period_start, periods.state, first_payments.channel)
    )
)

select * from final
