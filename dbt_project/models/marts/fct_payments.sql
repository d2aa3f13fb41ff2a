with payments as (
    select * from {{ ref('int_payments') }}
),

payment_plans as (
    select * from {{ ref('int_payment_plans') }}
),

accounts as (
    select * from {{ ref('dim_accounts') }}
),

rates as (
    select * from {{ ref('int_fx_rates') }}
),

final as (
    select
        payments.payment_id,
        payments.account_id,
        payments.kind,
        payments.store,
        payments.subscription_id,
        payments.grant_id,
        payments.paid_at,
        payments.paid_on,
        payments.service_starts_on,
        payments.service_ends_on,
        payments.amount_minor,
        payments.currency,
        rates.micros_per_minor,
        rates.units_per_usd,
        {% for amount in ['amount', 'tax', 'fee', 'store_fee'] %}
        {{ usd_micros(
            'payments.' ~ amount ~ '_minor',
            'rates.micros_per_minor',
            'rates.units_per_usd'
        ) }} as {{ amount }}_micros,
        {% endfor %}
        coalesce(accounts.region, 'unknown') as region,
        coalesce(accounts.channel, 'unknown') as channel,
        payment_plans.segment,
        payment_plans.plan_id
    from payments
    inner join payment_plans
        on payments.payment_id = payment_plans.payment_id
    left join rates
        on
            payments.currency = rates.currency
            and payments.booked_on >= rates.valid_from
            and (
                rates.valid_to is null
                or payments.booked_on < rates.valid_to
            )
    left join accounts
        on payments.account_id = accounts.account_id
)

select * from final
