with slice_days as (
    select * from {{ ref('int_slice_days') }}
),

actives as (
    select * from {{ ref('int_actives_daily') }}
),

windows as (
    select distinct actives.window_days
    from actives
),

gaps as (
    select
        slice_days.dimension,
        slice_days.slice,
        slice_days.active_on,
        least(coalesce(slice_days.days_to_next, 30), 30) as gap_days,
        count(*) as users
    from slice_days
    group by
        slice_days.dimension,
        slice_days.slice,
        slice_days.active_on,
        least(coalesce(slice_days.days_to_next, 30), 30)
),

-- A user counts from the active day until the window, or the next active day, ends it.
changes as (
    select
        gaps.dimension,
        gaps.slice,
        windows.window_days,
        gaps.active_on as changed_on,
        gaps.users as change_users
    from gaps
    cross join windows
    union all
    select
        gaps.dimension,
        gaps.slice,
        windows.window_days,
        gaps.active_on + least(windows.window_days, gaps.gap_days) as changed_on,
        -gaps.users as change_users
    from gaps
    cross join windows
),

daily_changes as (
    select
        changes.dimension,
        changes.slice,
        changes.window_days,
        changes.changed_on,
        sum(changes.change_users) as change_users
    from changes
    group by
        changes.dimension,
        changes.slice,
        changes.window_days,
        changes.changed_on
),

slices as (
    select distinct
        gaps.dimension,
        gaps.slice
    from gaps
),

final as (
    select
        actives.date_day,
        slices.dimension,
        slices.slice,
        actives.window_days,
        actives.is_full_window,
        cast(
            sum(coalesce(daily_changes.change_users, 0)) over (
                partition by slices.dimension, slices.slice, actives.window_days
                order by actives.date_day
                rows between unbounded preceding and current row
            ) as bigint
        ) as active_users
    from actives
    cross join slices
    left join daily_changes
        on
            actives.date_day = daily_changes.changed_on
            and actives.window_days = daily_changes.window_days
            and slices.dimension = daily_changes.dimension
            and slices.slice = daily_changes.slice
    where actives.region = 'all'
)

select * from final
