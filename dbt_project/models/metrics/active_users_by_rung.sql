with actives as (
    select * from {{ ref('int_ladder_actives_daily') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

-- Whoever is on any rung is on the lowest: rung 0 is the total.
rungs as (
    select
        actives.date_day,
        actives.region,
        actives.rung,
        actives.is_full_window,
        actives.active_users
    from actives
    union all
    select
        actives.date_day,
        actives.region,
        'all' as rung,
        actives.is_full_window,
        actives.active_users
    from actives
    where actives.rung = 'session'
),

-- A rolling count is read at the period's last closed day, never summed.
final as (
    select
        periods.grain,
        periods.period_start,
        rungs.rung,
        rungs.region,
        case when rungs.is_full_window then rungs.active_users end as value,
        cast(null as bigint) as numerator,
        cast(null as bigint) as denominator,
        case
            when not rungs.is_full_window then 'withheld'
            else periods.state
        end as state
    from rungs
    inner join periods
        on rungs.date_day = periods.date_day
    where periods.is_closing_day
)

select * from final
