with payments as (
    select * from {{ ref('stg_payments_succeeded') }}
),

accounts as (
    select * from {{ ref('dim_accounts') }}
),

subscription_intervals as (
    select * from {{ ref('int_subscription_intervals') }}
),

rates as (
    select * from {{ ref('int_fx_rates') }}
),

-- A payment is booked once, under the first notice of it.
first_notices as (
    select
        payments.payment_id,
        payments.account_id,
        payments.kind,
        payments.amount_minor,
        payments.currency,
        payments.subscription_id,
        payments.grant_id,
        payments.occurred_at as paid_at,
        payments.occurred_on as paid_on,
        {{ reporting_day('payments.period_start_at') }} as service_starts_on,
        {{ reporting_day('payments.period_end_at') }} as service_ends_on,
        coalesce(
            {{ reporting_day('payments.period_start_at') }}, payments.occurred_on
        ) as booked_on
    from payments
    where not payments.is_test
    qualify row_number() over (
            partition by payments.payment_id
            order by payments.occurred_at, payments.event_id
        ) = 1
),

-- The plan is the one in force when the paid service begins.
plans_paid as (
    select
        first_notices.payment_id,
        max(subscription_intervals.plan_id) as plan_id,
        max(subscription_intervals.segment) as segment
    from first_notices
    inner join subscription_intervals
        on
            first_notices.subscription_id = subscription_intervals.subscription_id
            and first_notices.booked_on >= subscription_intervals.started_on
            and (
                subscription_intervals.ended_on is null
                or first_notices.booked_on < subscription_intervals.ended_on
            )
    group by first_notices.payment_id
),

-- One-off sales to the holder of a professional plan count as professional.
professional as (
    select distinct first_notices.payment_id
    from first_notices
    inner join subscription_intervals
        on
            first_notices.account_id = subscription_intervals.account_id
            and first_notices.paid_on >= subscription_intervals.started_on
            and (
                subscription_intervals.ended_on is null
                or first_notices.paid_on < subscription_intervals.ended_on
            )
    where
        first_notices.kind = 'credit_pack'
        and subscription_intervals.segment = 'pro'
),

final as (
    select
        first_notices.payment_id,
        first_notices.account_id,
        first_notices.kind,
        first_notices.subscription_id,
        first_notices.grant_id,
        first_notices.paid_at,
        first_notices.paid_on,
        first_notices.service_starts_on,
        first_notices.service_ends_on,
        first_notices.amount_minor,
        first_notices.currency,
        rates.micros_per_minor,
        rates.units_per_usd,
        {{ usd_micros(
            'first_notices.amount_minor',
            'rates.micros_per_minor',
            'rates.units_per_usd'
        ) }} as amount_micros,
        coalesce(accounts.region, 'unknown') as region,
        case
            when first_notices.kind in ('api_package', 'usage') then 'enterprise'
            when first_notices.kind = 'subscription'
                then coalesce(plans_paid.segment, 'unknown')
            when professional.payment_id is not null then 'pro'
            else 'consumer'
        end as segment,
        case
            when first_notices.kind = 'subscription'
                then coalesce(plans_paid.plan_id, 'unknown')
            else first_notices.kind
        end as plan_id
    from first_notices
    left join rates
        on
            first_notices.currency = rates.currency
            and first_notices.booked_on >= rates.valid_from
            and (
                rates.valid_to is null
                or first_notices.booked_on < rates.valid_to
            )
    left join accounts
        on first_notices.account_id = accounts.account_id
    left join plans_paid
        on first_notices.payment_id = plans_paid.payment_id
    left join professional
        on first_notices.payment_id = professional.payment_id
)

select * from final
