with payer_intervals as (
    select * from {{ ref('int_payer_intervals') }}
),

dates as (
    select * from {{ ref('dim_dates') }}
),

boundaries as (
    select
        payer_intervals.region,
        payer_intervals.segment,
        payer_intervals.started_on as changed_on,
        1 as change_accounts
    from payer_intervals
    union all
    select
        payer_intervals.region,
        payer_intervals.segment,
        payer_intervals.ended_on as changed_on,
        -1 as change_accounts
    from payer_intervals
),

-- Total, each region and each segment are counted apart: they do not add up.
changes as (
    select
        boundaries.region,
        boundaries.segment,
        boundaries.changed_on,
        boundaries.change_accounts
    from boundaries
    where boundaries.segment = 'all'
    union all
    select
        'all' as region,
        boundaries.segment,
        boundaries.changed_on,
        boundaries.change_accounts
    from boundaries
),

daily_changes as (
    select
        changes.changed_on,
        changes.region,
        changes.segment,
        sum(changes.change_accounts) as change_accounts
    from changes
    group by changes.changed_on, changes.region, changes.segment
),

cells as (
    select
        changes.region,
        changes.segment,
        min(changes.changed_on) as first_day
    from changes
    group by changes.region, changes.segment
),

cell_days as (
    select
        dates.date_day,
        cells.region,
        cells.segment
    from cells
    inner join dates
        on cells.first_day <= dates.date_day
    where dates.is_closed
),

final as (
    select
        cell_days.date_day,
        cell_days.region,
        cell_days.segment,
        cast(
            sum(coalesce(daily_changes.change_accounts, 0)) over (
                partition by cell_days.region, cell_days.segment
                order by cell_days.date_day
                rows between unbounded preceding and current row
            ) as bigint
        ) as paying_accounts
    from cell_days
    left join daily_changes
        on
            cell_days.date_day = daily_changes.changed_on
            and cell_days.region = daily_changes.region
            and cell_days.segment = daily_changes.segment
)

select * from final
