with terms as (
    select * from {{ ref('int_subscription_terms') }}
),

plans as (
    select * from {{ ref('plans') }}
),

rates as (
    select * from {{ ref('int_fx_rates') }}
),

-- A term is in force until the next one of its subscription; the last stays open.
terms_until as (
    select
        terms.subscription_id,
        terms.account_id,
        terms.plan_id,
        terms.interval_months,
        terms.price_minor,
        terms.currency,
        terms.discount,
        terms.is_end,
        {{ reporting_day('terms.effective_at') }} as started_on,
        {{ reporting_day('lead(terms.effective_at) over subscription_terms') }}
            as ended_on,
        lead(terms.end_cause) over subscription_terms as end_cause
    from terms
    window subscription_terms as (
        partition by terms.subscription_id
        order by terms.effective_at, terms.occurred_at, terms.event_id
    )
),

-- The state at the close of a day counts, so a term within one day leaves no trace.
intervals as (
    select *
    from terms_until
    where
        not is_end
        and (ended_on is null or started_on < ended_on)
),

priced as (
    select
        intervals.*,
        rates.micros_per_minor,
        rates.units_per_usd,
        {{ usd_micros(
            'intervals.price_minor',
            'rates.micros_per_minor',
            'rates.units_per_usd',
            'intervals.interval_months'
        ) }} as mrr_micros
    from intervals
    left join rates
        on
            intervals.currency = rates.currency
            and intervals.started_on >= rates.valid_from
            and (
                rates.valid_to is null
                or intervals.started_on < rates.valid_to
            )
),

with_previous as (
    select
        priced.*,
        lag(priced.price_minor) over subscription_order as previous_price_minor,
        lag(priced.interval_months) over subscription_order as previous_months,
        lag(priced.currency) over subscription_order as previous_currency,
        lag(priced.ended_on) over subscription_order as previous_ended_on,
        lag(priced.mrr_micros) over subscription_order as previous_mrr_micros
    from priced
    window subscription_order as (
        partition by priced.subscription_id
        order by priced.started_on
    )
),

final as (
    select
        with_previous.subscription_id,
        with_previous.account_id,
        coalesce(plans.segment, 'unknown') as segment,
        with_previous.plan_id,
        with_previous.started_on,
        with_previous.ended_on,
        with_previous.end_cause,
        with_previous.price_minor,
        with_previous.interval_months,
        with_previous.currency,
        with_previous.discount,
        with_previous.mrr_micros,
        -- The old local MRR at the new rate, less what it was booked at.
        case
            when
                with_previous.previous_ended_on = with_previous.started_on
                and with_previous.previous_currency = with_previous.currency
                then
                    {{ usd_micros(
                        'with_previous.previous_price_minor',
                        'with_previous.micros_per_minor',
                        'with_previous.units_per_usd',
                        'with_previous.previous_months'
                    ) }} - with_previous.previous_mrr_micros
            else 0
        end as fx_micros
    from with_previous
    left join plans
        on with_previous.plan_id = plans.plan_id
)

select * from final
