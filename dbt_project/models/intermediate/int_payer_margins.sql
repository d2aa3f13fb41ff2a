with first_payments as (
    select * from {{ ref('int_first_payments') }}
),

payments as (
    select * from {{ ref('fct_payments') }}
),

refunds as (
    select * from {{ ref('fct_refunds') }}
),

grants as (
    select * from {{ ref('fct_paid_grants') }}
),

grant_earnings as (
    select * from {{ ref('int_grant_earnings') }}
),

costs as (
    select * from {{ ref('int_payer_costs') }}
),

horizons as (
    {% for months in [3, 6, 12] %}
    select
        {{ months }} as months,
        first_payments.account_id,
        first_payments.first_paid_on,
        cast(first_payments.first_paid_on + interval '{{ months }}' month as date)
            as ends_on
    from first_payments
    {{ '' if loop.last else 'union all' }}
    {% endfor %}
),

-- The days of each paid service, and how many of them the horizon holds.
services as (
    select
        horizons.months,
        horizons.account_id,
        payments.amount_micros,
        {{ days_between(service_starts_on('payments'), 'horizons.ends_on') }}
            as elapsed_days,
        {{ days_between(
            service_starts_on('payments'), service_ends_on('payments')
        ) }} as service_days
    from horizons
    inner join payments
        on horizons.account_id = payments.account_id
    where payments.kind in ('subscription', 'usage')
),

parts as (
    select
        services.months,
        services.account_id,
        {{ earned_share(
            'services.amount_micros',
            'least(greatest(services.elapsed_days, 0), services.service_days)',
            'services.service_days'
        ) }} as margin_micros
    from services
    union all
    select
        horizons.months,
        horizons.account_id,
        grant_earnings.earned_micros as margin_micros
    from horizons
    inner join grants
        on horizons.account_id = grants.account_id
    inner join grant_earnings
        on
            grants.grant_id = grant_earnings.grant_id
            and horizons.ends_on > grant_earnings.used_on
            and (
                grant_earnings.next_used_on is null
                or horizons.ends_on <= grant_earnings.next_used_on
            )
    {% for cost, day, amount in [
        ('refunds', 'refunded_on', 'amount_micros'),
        ('costs', 'finished_on', 'cost_micros'),
    ] %}
    union all
    select
        horizons.months,
        horizons.account_id,
        -{{ cost }}.{{ amount }} as margin_micros
    from horizons
    inner join {{ cost }}
        on
            horizons.account_id = {{ cost }}.account_id
            and horizons.first_paid_on <= {{ cost }}.{{ day }}
            and horizons.ends_on > {{ cost }}.{{ day }}
    {% endfor %}
),

final as (
    select
        parts.months,
        parts.account_id,
        cast(sum(parts.margin_micros) as bigint) as margin_micros
    from parts
    group by parts.months, parts.account_id
)

select * from final
