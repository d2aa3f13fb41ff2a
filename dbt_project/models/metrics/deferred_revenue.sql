with deferred_daily as (
    select * from {{ ref('fct_deferred_daily') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

months as (
    select
        periods.date_day,
        periods.period_start,
        periods.state
    from periods
    where
        periods.grain = 'month'
        and periods.is_closed_day
),

-- The balance of the day before, then what was added and taken off: their sum closes.
lines as (
    select
        months.period_start,
        months.state,
        'opening' as line,
        deferred_daily.region,
        deferred_daily.plan_id,
        deferred_daily.deferred_micros as amount_micros
    from months
    inner join deferred_daily
        on months.period_start = deferred_daily.date_day + 1
    where months.date_day = months.period_start
    {% for line in ['billed', 'recognised'] %}
    union all
    select
        months.period_start,
        months.state,
        '{{ line }}' as line,
        deferred_daily.region,
        deferred_daily.plan_id,
        {{ '-' if line == 'recognised' }}deferred_daily.{{ line }}_micros
            as amount_micros
    from months
    inner join deferred_daily
        on months.date_day = deferred_daily.date_day
    {% endfor %}
),

cells as (
    select
        'month' as grain,
        lines.period_start,
        lines.state,
        lines.line,
        lines.region,
        lines.plan_id as plan,
        lines.amount_micros
    from lines
),

slices as (
    {{ sums_by_slice(['region', 'plan'], ['amount_micros'], across='line') }}
),

final as (
    {{ usd_values(['line', 'region', 'plan']) }}
)

select * from final
