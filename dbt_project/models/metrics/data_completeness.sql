with sessions as (
    select * from {{ ref('stg_sessions') }}
),

arrivals as (
    select
        sessions.occurred_on,
        sessions.received_on,
        count(*) as events
    from sessions
    group by sessions.occurred_on, sessions.received_on
),

horizon as (
    select max(arrivals.received_on) as last_received_on
    from arrivals
),

day_totals as (
    select
        arrivals.occurred_on,
        sum(arrivals.events) as events
    from arrivals
    group by arrivals.occurred_on
),

ages as (
    {% for age in range(14) %}
    select {{ age }} as age_days
    {% if not loop.last %}
    union all
    {% endif %}
    {% endfor %}
),

-- The curve of days that had two weeks to arrive: what was there after so many days.
curve_days as (
    select
        ages.age_days,
        arrivals.occurred_on,
        day_totals.events,
        sum(
            case
                when arrivals.received_on <= arrivals.occurred_on + ages.age_days
                    then arrivals.events
                else 0
            end
        ) as arrived
    from arrivals
    cross join ages
    inner join day_totals
        on arrivals.occurred_on = day_totals.occurred_on
    inner join horizon
        on
            arrivals.occurred_on + 14 <= horizon.last_received_on
            and arrivals.occurred_on + 104 > horizon.last_received_on
    group by ages.age_days, arrivals.occurred_on, day_totals.events
),

curve as (
    select
        curve_days.age_days,
        sum(curve_days.arrived) as arrived,
        sum(curve_days.events) as events,
        min(cast(curve_days.arrived as double) / nullif(curve_days.events, 0)) as low,
        max(cast(curve_days.arrived as double) / nullif(curve_days.events, 0)) as high
    from curve_days
    group by curve_days.age_days
),

bands as (
    select 'all' as band
    union all
    select 'low' as band
    union all
    select 'high' as band
),

final as (
    select
        'day' as grain,
        horizon.last_received_on - ages.age_days as period_start,
        bands.band,
        case bands.band
            when 'low' then curve.low
            when 'high' then curve.high
            else cast(curve.arrived as double) / nullif(curve.events, 0)
        end as value,
        case
            when bands.band = 'all' then cast(curve.arrived as bigint)
        end as numerator,
        case
            when bands.band = 'all' then cast(curve.events as bigint)
        end as denominator,
        case
            when curve.events is null then 'withheld'
            when horizon.last_received_on - ages.age_days <= {{ as_of() }} then 'closed'
            else 'provisional'
        end as state
    from horizon
    cross join ages
    cross join bands
    left join curve
        on ages.age_days = curve.age_days
    where horizon.last_received_on is not null
)

select * from final
