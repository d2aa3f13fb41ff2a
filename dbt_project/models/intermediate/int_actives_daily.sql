with user_days as (
    select * from {{ ref('int_user_days') }}
),

dates as (
    select * from {{ ref('dim_dates') }}
),

windows as (
    select 1 as window_days
    union all
    select 7 as window_days
    union all
    select 28 as window_days
    union all
    select 30 as window_days
),

-- Millions of user-days become one row per region, day and gap.
gaps as (
    select
        user_days.region,
        user_days.active_on,
        least(coalesce(user_days.days_to_next, 30), 30) as gap_days,
        count(*) as users
    from user_days
    group by
        user_days.region,
        user_days.active_on,
        least(coalesce(user_days.days_to_next, 30), 30)
),

-- A user counts from the active day until the window, or the next active day, ends it.
changes as (
    select
        gaps.region,
        windows.window_days,
        gaps.active_on as changed_on,
        gaps.users as change_users
    from gaps
    cross join windows
    union all
    select
        gaps.region,
        windows.window_days,
        gaps.active_on + least(windows.window_days, gaps.gap_days) as changed_on,
        -gaps.users as change_users
    from gaps
    cross join windows
),

daily_changes as (
    select
        changes.changed_on,
        changes.window_days,
        coalesce(changes.region, 'all') as region,
        sum(changes.change_users) as change_users
    from changes
    group by grouping sets (
        (changes.changed_on, changes.window_days),
        (changes.changed_on, changes.window_days, changes.region)
    )
),

first_day as (
    select min(gaps.active_on) as first_active_on
    from gaps
),

cells as (
    select distinct
        daily_changes.region,
        daily_changes.window_days
    from daily_changes
),

cell_days as (
    select
        dates.date_day,
        cells.region,
        cells.window_days,
        dates.date_day
        >= first_day.first_active_on + (cells.window_days - 1) as is_full_window
    from dates
    inner join first_day
        on dates.date_day >= first_day.first_active_on
    cross join cells
    where dates.is_closed
),

final as (
    select
        cell_days.date_day,
        cell_days.region,
        cell_days.window_days,
        cell_days.is_full_window,
        cast(
            sum(coalesce(daily_changes.change_users, 0)) over (
                partition by cell_days.region, cell_days.window_days
                order by cell_days.date_day
                rows between unbounded preceding and current row
            ) as bigint
        ) as active_users
    from cell_days
    left join daily_changes
        on
            cell_days.date_day = daily_changes.changed_on
            and cell_days.region = daily_changes.region
            and cell_days.window_days = daily_changes.window_days
)

select * from final
