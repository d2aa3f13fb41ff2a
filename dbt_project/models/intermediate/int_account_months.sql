with subscription_intervals as (
    select * from {{ ref('int_subscription_intervals') }}
),

payments as (
    select * from {{ ref('fct_payments') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

months as (
    select
        periods.date_day,
        periods.period_start,
        periods.is_closing_day
    from periods
    where
        periods.grain = 'month'
        and periods.is_closed_day
),

parts as (
    select
        months.period_start,
        subscription_intervals.account_id,
        subscription_intervals.region,
        subscription_intervals.plan_id,
        subscription_intervals.mrr_micros,
        0 as sales_micros
    from months
    inner join subscription_intervals
        on
            months.date_day >= subscription_intervals.started_on
            and (
                subscription_intervals.ended_on is null
                or months.date_day < subscription_intervals.ended_on
            )
    where
        months.is_closing_day
        and subscription_intervals.mrr_micros > 0
    union all
    select
        months.period_start,
        payments.account_id,
        payments.region,
        'none' as plan_id,
        0 as mrr_micros,
        payments.amount_micros as sales_micros
    from months
    inner join payments
        on months.date_day = payments.paid_on
    where
        payments.kind <> 'subscription'
        and payments.amount_micros > 0
),

-- Of several plans, an account is on the one that it pays most for.
final as (
    select
        parts.period_start,
        parts.account_id,
        parts.region,
        max_by(parts.plan_id, parts.mrr_micros) as plan_id,
        cast(sum(parts.mrr_micros) as bigint) as mrr_micros,
        cast(sum(parts.sales_micros) as bigint) as sales_micros
    from parts
    group by parts.period_start, parts.account_id, parts.region
)

select * from final
