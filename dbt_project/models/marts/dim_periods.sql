with dates as (
    select * from {{ ref('dim_dates') }}
),

periods as (
    select
        dates.date_day,
        'day' as grain,
        dates.date_day as period_start,
        dates.date_day as period_last_day
    from dates
    union all
    select
        dates.date_day,
        'week' as grain,
        dates.week_start as period_start,
        dates.week_start + 6 as period_last_day
    from dates
    union all
    select
        dates.date_day,
        'month' as grain,
        dates.month_start as period_start,
        {{ next_month('dates.month_start') }} - 1 as period_last_day
    from dates
),

final as (
    select
        periods.date_day,
        periods.grain,
        periods.period_start,
        periods.period_last_day,
        periods.date_day <= {{ as_of() }} as is_closed_day,
        periods.date_day
        = least(periods.period_last_day, {{ as_of() }}) as is_closing_day,
        case
            when periods.period_last_day <= {{ as_of() }} then 'closed'
            else 'provisional'
        end as state
    from periods
)

select * from final
