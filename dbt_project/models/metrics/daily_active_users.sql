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
        actives.window_days = 1
        and periods.is_closing_day
)

select * from final
