with actives as (
    select * from {{ ref('int_actives_daily') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

daily as (
    select
        actives.date_day,
        actives.region,
        sum(actives.active_users) over (
            partition by actives.region
            order by actives.date_day
            rows between 27 preceding and current row
        ) as active_user_days
    from actives
    where actives.window_days = 1
),

-- Person-days over possible person-days: the mean of 28 daily counts over the monthly.
windows as (
    select
        daily.date_day,
        daily.region,
        daily.active_user_days,
        28 * monthly.active_users as possible_user_days,
        monthly.is_full_window and monthly.active_users > 0 as is_known
    from daily
    inner join actives as monthly
        on
            daily.date_day = monthly.date_day
            and daily.region = monthly.region
    where monthly.window_days = 28
),

final as (
    select
        periods.grain,
        periods.period_start,
        windows.region,
        case
            when windows.is_known
                then
                    cast(windows.active_user_days as double)
                    / nullif(windows.possible_user_days, 0)
        end as value,
        case
            when windows.is_known then cast(windows.active_user_days as bigint)
        end as numerator,
        case
            when windows.is_known then cast(windows.possible_user_days as bigint)
        end as denominator,
        case
            when not windows.is_known then 'withheld'
            else periods.state
        end as state
    from windows
    inner join periods
        on windows.date_day = periods.date_day
    where
        periods.grain in ('day', 'month')
        and periods.is_closing_day
)

select * from final
