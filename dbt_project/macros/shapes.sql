{#- Models that differ in one word share their text here. -#}

{#- A metric of the people active in a rolling window of days. -#}
{%- macro rolling_actives(window_days) -%}
with actives as (
    select * from {{ ref('int_actives_daily') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

-- A rolling count is read at the period's last closed day, never summed.
final as (
    select
        periods.grain,
        periods.period_start,
        actives.region,
        case when actives.is_full_window then actives.active_users end as value,
        cast(null as bigint) as numerator,
        cast(null as bigint) as denominator,
        case
            when not actives.is_full_window then 'withheld'
            else periods.state
        end as state
    from actives
    inner join periods
        on actives.date_day = periods.date_day
    where
        actives.window_days = {{ window_days }}
        and periods.is_closing_day
)

select * from final
{%- endmacro -%}

{#- The terms that a subscription event states, in UTC. -#}
{%- macro subscription_terms(event_type) -%}
with source as (
    select * from {{ source('raw', event_type) }}
),

final as (
    select
        source.event_id,
        {{ utc('source.occurred_at') }} as occurred_at,
        source.platform,
        source.is_test,
        source.account_id,
        source.subscription_id,
        source.plan_id,
        source.interval as billing_interval,
        source.price_minor,
        source.currency,
        {{ utc('source.period_start') }} as period_start_at,
        {{ utc('source.period_end') }} as period_end_at,
        source.seats,
        source.list_price_minor,
        source.coupon,
        source.coupon_duration,
        source.offer
    from source
)

select * from final
{%- endmacro -%}

{#- MRR that remains of a cohort's MRR a year before; `remaining` names its column. -#}
{%- macro revenue_retention(remaining) -%}
with cells as (
    select * from {{ ref('int_retention_cells') }}
),

readings as (
    select
        cells.period_start,
        cells.region,
        cast({{ usd('cells.' ~ remaining) }} as double) as numerator,
        cast({{ usd('cells.base_micros') }} as double) as denominator,
        cells.state
    from cells
),

final as (
    select
        'month' as grain,
        readings.period_start,
        readings.region,
        readings.numerator / nullif(readings.denominator, 0) as value,
        readings.numerator,
        readings.denominator,
        readings.state
    from readings
)

select * from final
{%- endmacro -%}
