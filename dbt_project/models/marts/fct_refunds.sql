with refunds as (
    select * from {{ ref('stg_payments_refunded') }}
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

first_notices as (
    select
        refunds.refund_id,
        refunds.payment_id,
        refunds.account_id,
        refunds.amount_minor,
        refunds.currency,
        refunds.occurred_on as refunded_on
    from refunds
    where not refunds.is_test
    qualify row_number() over (
            partition by refunds.refund_id
            order by refunds.occurred_at, refunds.event_id
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
        {{ usd_micros(
            'first_notices.amount_minor',
            'coalesce(payments.micros_per_minor, rates.micros_per_minor)',
            'coalesce(payments.units_per_usd, rates.units_per_usd)'
        ) }} as amount_micros,
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
