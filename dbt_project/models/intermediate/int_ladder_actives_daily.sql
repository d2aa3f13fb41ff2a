with ladder_days as (
    select * from {{ ref('int_ladder_days') }}
),

actives as (
    select * from {{ ref('int_actives_daily') }}
),

gaps as (
    select
        ladder_days.region,
        ladder_days.rung,
        ladder_days.active_on,
        least(coalesce(ladder_days.days_to_next, 7), 7) as gap_days,
        count(*) as users
    from ladder_days
    group by
        ladder_days.region,
        ladder_days.rung,
        ladder_days.active_on,
        least(coalesce(ladder_days.days_to_next, 7), 7)
),

-- A user counts from the active day until seven days, or the next active day, end it.
changes as (
    select
        gaps.region,
        gaps.rung,
        gaps.active_on as changed_on,
        gaps.users as change_users
    from gaps
    union all
    select
        gaps.region,
        gaps.rung,
        gaps.active_on + gaps.gap_days as changed_on,
        -gaps.users as change_users
    from gaps
),

daily_changes as (
    select
        changes.changed_on,
        changes.rung,
        coalesce(changes.region, 'all') as region,
        sum(changes.change_users) as change_users
    from changes
    group by grouping sets (
        (changes.changed_on, changes.rung),
        (changes.changed_on, changes.rung, changes.region)
    )
),

rungs as (
    select 'submitted' as rung
    union all
    select 'delivered' as rung
    union all
    select 'downloaded' as rung
),

-- Rung 0 opens the calendar: every rung has a row for each of its days and regions.
climbed as (
    select
        actives.date_day,
        actives.region,
        rungs.rung,
        actives.is_full_window,
        cast(
            sum(coalesce(daily_changes.change_users, 0)) over (
                partition by actives.region, rungs.rung
                order by actives.date_day
                rows between unbounded preceding and current row
            ) as bigint
        ) as active_users
    from actives
    cross join rungs
    left join daily_changes
        on
            actives.date_day = daily_changes.changed_on
            and actives.region = daily_changes.region
            and rungs.rung = daily_changes.rung
    where actives.window_days = 7
),

present as (
    select
        actives.date_day,
        actives.region,
        'session' as rung,
        actives.is_full_window,
        actives.active_users
    from actives
    where actives.window_days = 7
),

final as (
    select * from present
    union all
    select * from climbed
)

select * from final
