{#- Models that differ in one word share their text here. -#}

{#- A metric of the people active in a rolling window of days. -#}
{%- macro rolling_actives(window_days) -%}
with actives as (
    select * from {{ ref('int_actives_daily') }}
),

slice_actives as (
    select * from {{ ref('int_slice_actives_daily') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

cells as (
    select
        actives.date_day,
        actives.region,
        'all' as platform,
        'all' as plan,
        actives.window_days,
        actives.is_full_window,
        actives.active_users
    from actives
    union all
    select
        slice_actives.date_day,
        'all' as region,
        case slice_actives.dimension
            when 'platform' then slice_actives.slice
            else 'all'
        end as platform,
        case slice_actives.dimension
            when 'plan' then slice_actives.slice
            else 'all'
        end as plan,
        slice_actives.window_days,
        slice_actives.is_full_window,
        slice_actives.active_users
    from slice_actives
),

-- A rolling count is read at the period's last closed day, never summed.
final as (
    select
        periods.grain,
        periods.period_start,
        cells.region,
        cells.platform,
        cells.plan,
        case when cells.is_full_window then cells.active_users end as value,
        cast(null as bigint) as numerator,
        cast(null as bigint) as denominator,
        case
            when not cells.is_full_window then 'withheld'
            else periods.state
        end as state
    from cells
    inner join periods
        on cells.date_day = periods.date_day
    where
        cells.window_days = {{ window_days }}
        and periods.is_closing_day
)

select * from final
{%- endmacro -%}

{#- How many of the days of the last `weeks` ISO weeks each active person was active. -#}
{%- macro active_days(weeks) -%}
with user_weeks as (
    select * from {{ ref('int_user_weeks') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

history as (
    select min(user_weeks.week_start) as first_week
    from user_weeks
),

reaches as (
    {% for week in range(weeks) %}
    select {{ 7 * week }} as reach_days
    {% if not loop.last %}
    union all
    {% endif %}
    {% endfor %}
),

user_windows as (
    select
        user_weeks.user_id,
        user_weeks.week_start + reaches.reach_days as week_start,
        sum(user_weeks.active_days) as active_days
    from user_weeks
    cross join reaches
    group by user_weeks.user_id, user_weeks.week_start + reaches.reach_days
),

counts as (
    select
        user_windows.week_start,
        user_windows.active_days,
        count(*) as users
    from user_windows
    group by grouping sets (
        (user_windows.week_start),
        (user_windows.week_start, user_windows.active_days)
    )
),

-- Only weeks that are over: a part of one would shift everybody to fewer days.
final as (
    select
        periods.grain,
        periods.period_start,
        case
            when counts.active_days is null then 'all'
            else cast(counts.active_days as string)
        end as days,
        case
            when history.first_week <= counts.week_start - {{ 7 * (weeks - 1) }}
                then counts.users
        end as value,
        cast(null as bigint) as numerator,
        cast(null as bigint) as denominator,
        case
            when history.first_week <= counts.week_start - {{ 7 * (weeks - 1) }}
                then periods.state
            else 'withheld'
        end as state
    from counts
    cross join history
    inner join periods
        on counts.week_start = periods.period_start
    where
        periods.grain = 'week'
        and periods.is_closing_day
        and periods.state = 'closed'
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
        {{ reporting_day(utc('source.occurred_at')) }} as occurred_on,
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
