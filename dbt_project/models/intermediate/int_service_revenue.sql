with payments as (
    select * from {{ ref('fct_payments') }}
),

dates as (
    select * from {{ ref('dim_dates') }}
),

-- Subscriptions and billed usage; packs and packages are earned as they are burnt.
service_payments as (
    select
        payments.region,
        payments.segment,
        payments.plan_id,
        payments.channel,
        payments.currency,
        payments.units_per_usd,
        payments.amount_micros,
        {{ service_starts_on('payments') }} as starts_on,
        {{ service_ends_on('payments') }} as ends_on
    from payments
    where payments.kind in ('subscription', 'usage')
),

-- Equal payments of one cell are earned together: fewer rows, and the same roundings
-- as one by one, so that accounts add up to the total.
periods as (
    select
        service_payments.region,
        service_payments.segment,
        service_payments.plan_id,
        service_payments.channel,
        service_payments.currency,
        service_payments.units_per_usd,
        service_payments.starts_on,
        service_payments.ends_on,
        {{ days_between(
            'service_payments.starts_on', 'service_payments.ends_on'
        ) }} as service_days,
        service_payments.amount_micros,
        count(*) as payments
    from service_payments
    group by
        service_payments.region,
        service_payments.segment,
        service_payments.plan_id,
        service_payments.channel,
        service_payments.currency,
        service_payments.units_per_usd,
        service_payments.starts_on,
        service_payments.ends_on,
        service_payments.amount_micros
),

period_days as (
    select
        dates.date_day as earned_on,
        periods.region,
        periods.segment,
        periods.plan_id,
        periods.channel,
        periods.currency,
        periods.units_per_usd,
        periods.amount_micros,
        periods.payments,
        periods.service_days,
        {{ days_between('periods.starts_on', 'dates.date_day') }} as days_before
    from periods
    inner join dates
        on
            periods.starts_on <= dates.date_day
            and periods.ends_on > dates.date_day
    where dates.is_closed
),

earned as (
    select
        period_days.earned_on,
        period_days.region,
        period_days.segment,
        period_days.plan_id,
        period_days.channel,
        period_days.currency,
        period_days.units_per_usd,
        period_days.payments,
        {{ earned_share(
            'period_days.amount_micros',
            '(period_days.days_before + 1)',
            'period_days.service_days'
        ) }} as earned_after,
        {{ earned_share(
            'period_days.amount_micros',
            'period_days.days_before',
            'period_days.service_days'
        ) }} as earned_before
    from period_days
),

final as (
    select
        earned.earned_on,
        earned.region,
        earned.segment,
        earned.plan_id,
        earned.channel,
        earned.currency,
        earned.units_per_usd,
        cast(
            sum(earned.payments * (earned.earned_after - earned.earned_before))
            as bigint
        ) as revenue_micros
    from earned
    group by
        earned.earned_on,
        earned.region,
        earned.segment,
        earned.plan_id,
        earned.channel,
        earned.currency,
        earned.units_per_usd
)

select * from final
