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
        source.seats
    from source
)

select * from final
{%- endmacro -%}

{#- MRR that remains of a cohort's MRR a year before; `remaining` and `base` name the
    columns of the two. -#}
{%- macro revenue_retention(remaining, base='base_micros') -%}
with cells as (
    select * from {{ ref('int_retention_cells') }}
),

readings as (
    select
        cells.period_start,
        cells.region,
        cast({{ usd('cells.' ~ remaining) }} as double) as numerator,
        cast({{ usd('cells.' ~ base) }} as double) as denominator,
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

{#- Share of recognised revenue left after the costs named: a sum of columns. -#}
{%- macro margin_after(costs) -%}
with margin_daily as (
    select * from {{ ref('fct_margin_daily') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

slices as (
    select
        periods.period_start,
        coalesce(margin_daily.region, 'all') as region,
        coalesce(margin_daily.segment, 'all') as segment,
        sum(margin_daily.revenue_micros) as revenue_micros,
        sum({{ costs }}) as cost_micros,
        periods.state
    from margin_daily
    inner join periods
        on margin_daily.date_day = periods.date_day
    where periods.grain = 'month'
    group by grouping sets (
        (periods.period_start, periods.state),
        (periods.period_start, periods.state, margin_daily.region),
        (periods.period_start, periods.state, margin_daily.segment)
    )
),

readings as (
    select
        slices.period_start,
        slices.region,
        slices.segment,
        cast({{ usd('(slices.revenue_micros - slices.cost_micros)') }} as double)
            as numerator,
        cast({{ usd('slices.revenue_micros') }} as double) as denominator,
        slices.state
    from slices
),

-- Without revenue, or with more given back than earned, there is no margin to tell.
final as (
    select
        'month' as grain,
        readings.period_start,
        readings.region,
        readings.segment,
        case
            when readings.denominator > 0
                then readings.numerator / nullif(readings.denominator, 0)
        end as value,
        readings.numerator,
        readings.denominator,
        readings.state
    from readings
)

select * from final
{%- endmacro -%}
