with mrr_daily as (
    select * from {{ ref('fct_mrr_daily') }}
),

payments as (
    select * from {{ ref('fct_payments') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

month_days as (
    select
        periods.date_day,
        periods.period_start,
        periods.state,
        {{ days_between(
            'periods.period_start',
            'least(periods.period_last_day, ' ~ as_of() ~ ') + 1'
        ) }} as days
    from periods
    where
        periods.grain = 'month'
        and periods.is_closed_day
),

-- Rounded once, at the finest slice, so that slices add up to the total exactly.
mean_mrr as (
    select
        month_days.period_start,
        month_days.state,
        mrr_daily.region,
        mrr_daily.segment,
        mrr_daily.plan_id,
        {{ divide_whole('sum(mrr_daily.mrr_micros)', 'month_days.days') }}
            as amount_micros
    from mrr_daily
    inner join month_days
        on mrr_daily.date_day = month_days.date_day
    group by
        month_days.period_start,
        month_days.state,
        month_days.days,
        mrr_daily.region,
        mrr_daily.segment,
        mrr_daily.plan_id
),

sales as (
    select
        month_days.period_start,
        month_days.state,
        payments.region,
        payments.segment,
        payments.plan_id,
        sum(payments.amount_micros) as amount_micros
    from payments
    inner join month_days
        on payments.paid_on = month_days.date_day
    where payments.kind in ('credit_pack', 'api_package', 'usage')
    group by
        month_days.period_start,
        month_days.state,
        payments.region,
        payments.segment,
        payments.plan_id
),

parts as (
    select * from mean_mrr
    union all
    select * from sales
),

slices as (
    select
        parts.period_start,
        parts.state,
        coalesce(parts.region, 'all') as region,
        coalesce(parts.segment, 'all') as segment,
        coalesce(parts.plan_id, 'all') as plan,
        sum(parts.amount_micros) as amount_micros
    from parts
    group by grouping sets (
        (parts.period_start, parts.state),
        (parts.period_start, parts.state, parts.region),
        (parts.period_start, parts.state, parts.segment),
        (parts.period_start, parts.state, parts.plan_id)
    )
),

final as (
    select
        'month' as grain,
        slices.period_start,
        slices.region,
        slices.segment,
        slices.plan,
        {{ usd('slices.amount_micros') }} as value,
        cast(null as double) as numerator,
        cast(null as double) as denominator,
        slices.state
    from slices
)

select * from final
