with refunds as (
    select * from {{ ref('stg_payments_refunded') }}
),

disputes as (
    select * from {{ ref('stg_chargebacks_lost') }}
),

payments as (
    select * from {{ ref('fct_payments') }}
),

accounts as (
    select * from {{ ref('dim_accounts') }}
),

rates as (
    select * from {{ ref('int_fx_rates') }}
),

-- Money goes back because the house gives it or because a bank takes it.
returns as (
    select
        refunds.event_id,
        refunds.occurred_at,
        refunds.is_test,
        refunds.refund_id,
        refunds.payment_id,
        refunds.account_id,
        refunds.amount_minor,
        0 as fee_minor,
        refunds.currency,
        refunds.occurred_on as refunded_on
    from refunds
    union all
    select
        disputes.event_id,
        disputes.occurred_at,
        disputes.is_test,
        disputes.chargeback_id as refund_id,
        disputes.payment_id,
        disputes.account_id,
        disputes.amount_minor,
        disputes.fee_minor,
        disputes.currency,
        disputes.occurred_on as refunded_on
    from disputes
),

first_notices as (
    select
        returns.refund_id,
        returns.payment_id,
        returns.account_id,
        returns.amount_minor,
        returns.fee_minor,
        returns.currency,
        returns.refunded_on
    from returns
    where not returns.is_test
    qualify row_number() over (
            partition by returns.refund_id
            order by returns.occurred_at, returns.event_id
        ) = 1
),

-- At the payment's own rate, so that a full refund leaves nothing behind.
final as (
    select
        first_notices.refund_id,
        first_notices.payment_id,
        first_notices.account_id,
        first_notices.refunded_on,
        first_notices.currency,
        coalesce(payments.units_per_usd, rates.units_per_usd) as units_per_usd,
        {% for amount in ['amount', 'fee'] %}
        {{ usd_micros(
            'first_notices.' ~ amount ~ '_minor',
            'coalesce(payments.micros_per_minor, rates.micros_per_minor)',
            'coalesce(payments.units_per_usd, rates.units_per_usd)'
        ) }} as {{ amount }}_micros,
        {% endfor %}
        coalesce(payments.region, accounts.region, 'unknown') as region,
        coalesce(payments.channel, accounts.channel, 'unknown') as channel,
        coalesce(payments.segment, 'unknown') as segment,
        coalesce(payments.plan_id, 'unknown') as plan_id
    from first_notices
    left join payments
        on
            first_notices.payment_id = payments.payment_id
            and first_notices.currency = payments.currency
    left join accounts
        on first_notices.account_id = accounts.account_id
    left join rates
        on
            first_notices.currency = rates.currency
            and first_notices.refunded_on >= rates.valid_from
            and (
                rates.valid_to is null
                or first_notices.refunded_on < rates.valid_to
            )
)

select * from final
