with actives as (
    select * from {{ ref('int_actives_daily') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

readings as (
    select
        periods.period_start,
        daily.region,
        daily.active_users as daily_users,
        monthly.active_users as monthly_users,
        monthly.is_full_window and monthly.active_users > 0 as is_known,
        periods.state
    from actives as daily
    inner join actives as monthly
        on
            daily.date_day = monthly.date_day
            and daily.region = monthly.region
    inner join periods
        on daily.date_day = periods.date_day
    where
        daily.window_days = 1
        and monthly.window_days = 28
        and periods.grain = 'day'
),

final as (
    select
        'day' as grain,
        readings.period_start,
        readings.region,
        case
            when readings.is_known
                then
                    cast(readings.daily_users as double)
                    / nullif(readings.monthly_users, 0)
        end as value,
        case when readings.is_known then readings.daily_users end as numerator,
        case when readings.is_known then readings.monthly_users end as denominator,
        case when readings.is_known then readings.state else 'withheld' end as state
    from readings
)

select * from final
