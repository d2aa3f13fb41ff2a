with payments as (
    select * from {{ ref('fct_payments') }}
),

refunds as (
    select * from {{ ref('fct_refunds') }}
),

adjustments as (
    select * from {{ ref('fct_adjustments') }}
),

grants as (
    select * from {{ ref('fct_paid_grants') }}
),

grant_earnings as (
    select * from {{ ref('int_grant_earnings') }}
),

months as (
    {{ closed_months() }}
),

services as (
    select
        payments.account_id,
        payments.amount_micros,
        {{ service_starts_on('payments') }} as starts_on,
        {{ service_ends_on('payments') }} as ends_on
    from payments
    where payments.kind in ('subscription', 'usage')
),

service_months as (
    select
        services.account_id,
        months.month_start,
        services.amount_micros,
        {{ days_between('services.starts_on', 'services.ends_on') }} as service_days,
        {{ days_between('services.starts_on', 'months.first_day') }} as days_before,
        {{ days_between('services.starts_on', 'months.last_day') }} + 1 as days_after
    from services
    inner join months
        on
            services.starts_on <= months.last_day
            and services.ends_on > months.first_day
),

-- The same shares, rounded down alike, as the days of int_service_revenue.
parts as (
    select
        service_months.account_id,
        service_months.month_start,
        {{ earned_share(
            'service_months.amount_micros',
            'least(service_months.days_after, service_months.service_days)',
            'service_months.service_days'
        ) }} - (
            {{ earned_share(
                'service_months.amount_micros',
                'greatest(service_months.days_before, 0)',
                'service_months.service_days'
            ) }}
        ) as revenue_micros
    from service_months
    union all
    select
        grants.account_id,
        {{ month_start('grant_earnings.used_on') }} as month_start,
        grant_earnings.earned_micros - coalesce(
            lag(grant_earnings.earned_micros) over (
                partition by grant_earnings.grant_id
                order by grant_earnings.used_on
            ), 0
        ) as revenue_micros
    from grant_earnings
    inner join grants
        on grant_earnings.grant_id = grants.grant_id
    union all
    select
        refunds.account_id,
        {{ month_start('refunds.refunded_on') }} as month_start,
        -refunds.amount_micros as revenue_micros
    from refunds
    where refunds.refunded_on <= {{ as_of() }}
    union all
    select
        adjustments.account_id,
        {{ month_start('adjustments.valid_from') }} as month_start,
        adjustments.amount_micros as revenue_micros
    from adjustments
    where
        adjustments.measure = 'revenue'
        and adjustments.valid_from <= {{ as_of() }}
),

final as (
    select
        parts.account_id,
        parts.month_start,
        cast(sum(parts.revenue_micros) as bigint) as revenue_micros
    from parts
    group by parts.account_id, parts.month_start
)

select * from final
