with subscription_intervals as (
    select * from {{ ref('int_subscription_intervals') }}
),

dates as (
    select * from {{ ref('dim_dates') }}
),

-- +MRR on the first day of an interval, -MRR on the first day after it.
changes as (
    select
        subscription_intervals.started_on as changed_on,
        subscription_intervals.region,
        subscription_intervals.segment,
        subscription_intervals.plan_id,
        subscription_intervals.mrr_micros as change_micros
    from subscription_intervals
    union all
    select
        subscription_intervals.ended_on as changed_on,
        subscription_intervals.region,
        subscription_intervals.segment,
        subscription_intervals.plan_id,
        -subscription_intervals.mrr_micros as change_micros
    from subscription_intervals
    where subscription_intervals.ended_on is not null
),

daily_changes as (
    select
        changes.changed_on,
        changes.region,
        changes.segment,
        changes.plan_id,
        sum(changes.change_micros) as change_micros
    from changes
    group by changes.changed_on, changes.region, changes.segment, changes.plan_id
),

cells as (
    select
        changes.region,
        changes.segment,
        changes.plan_id,
        min(changes.changed_on) as first_day
    from changes
    group by changes.region, changes.segment, changes.plan_id
),

cell_days as (
    select
        dates.date_day,
        cells.region,
        cells.segment,
        cells.plan_id
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
        cell_days.plan_id,
        cast(
            sum(coalesce(daily_changes.change_micros, 0)) over (
                partition by cell_days.region, cell_days.segment, cell_days.plan_id
                order by cell_days.date_day
                rows between unbounded preceding and current row
            ) as bigint
        ) as mrr_micros
    from cell_days
    left join daily_changes
        on
            cell_days.date_day = daily_changes.changed_on
            and cell_days.region = daily_changes.region
            and cell_days.segment = daily_changes.segment
            and cell_days.plan_id = daily_changes.plan_id
)

select * from final
