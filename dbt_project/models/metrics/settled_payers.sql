with payments as (
    select * from {{ ref('fct_payments') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

final as (
    select
        periods.grain,
        periods.period_start,
        coalesce(payments.region, 'all') as region,
        coalesce(payments.kind, 'all') as kind,
        count(distinct payments.account_id) as value,
        cast(null as bigint) as numerator,
        cast(null as bigint) as denominator,
        periods.state
    from payments
    inner join periods
        on payments.paid_on = periods.date_day
    where payments.amount_micros > 0
    group by grouping sets (
        (periods.grain, periods.period_start, periods.state),
        (periods.grain, periods.period_start, periods.state, payments.region),
        (periods.grain, periods.period_start, periods.state, payments.kind)
    )
)

select * from final
