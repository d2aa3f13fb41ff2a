with payments as (
    select * from {{ ref('stg_payments_succeeded') }}
),

-- A payment is booked once, under the first notice of it. Where the fees are not known
-- apart, a store keeps what it is paid through.
final as (
    select
        payments.payment_id,
        payments.account_id,
        payments.kind,
        payments.store,
        payments.amount_minor,
        payments.tax_minor,
        payments.fee_minor,
        coalesce(
            payments.store_fee_minor,
            case
                when payments.store in ('app_store', 'google_play')
                    then payments.fee_minor - coalesce(payments.psp_fee_minor, 0)
                else 0
            end
        ) as store_fee_minor,
        payments.currency,
        payments.subscription_id,
        payments.grant_id,
        payments.occurred_at as paid_at,
        payments.occurred_on as paid_on,
        {{ reporting_day('payments.period_start_at') }} as service_starts_on,
        {{ reporting_day('payments.period_end_at') }} as service_ends_on,
        cast(
            coalesce(payments.period_start_at, payments.occurred_at) as date
        ) as booked_on
    from payments
    where not payments.is_test
    qualify row_number() over (
            partition by payments.payment_id
            order by payments.occurred_at, payments.event_id
        ) = 1
)

select * from final
