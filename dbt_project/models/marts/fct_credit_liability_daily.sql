with grants as (
    select * from {{ ref('fct_paid_grants') }}
),

credit_revenue as (
    select * from {{ ref('int_credit_revenue') }}
),

dates as (
    select * from {{ ref('dim_dates') }}
),

-- Sold on the day of the grant, earned as the credits are burnt or expire.
changes as (
    select
        grants.granted_on as changed_on,
        grants.region,
        grants.segment,
        grants.plan_id,
        grants.consideration_micros as sold_micros,
        0 as earned_micros
    from grants
    where grants.granted_on <= {{ as_of() }}
    union all
    select
        credit_revenue.earned_on as changed_on,
        credit_revenue.region,
        credit_revenue.segment,
        credit_revenue.plan_id,
        0 as sold_micros,
        credit_revenue.revenue_micros as earned_micros
    from credit_revenue
),

daily_changes as (
    select
        changes.changed_on,
        changes.region,
        changes.segment,
        changes.plan_id,
        sum(changes.sold_micros) as sold_micros,
        sum(changes.earned_micros) as earned_micros
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
        cast(coalesce(daily_changes.sold_micros, 0) as bigint) as sold_micros,
        cast(coalesce(daily_changes.earned_micros, 0) as bigint) as earned_micros,
        cast(
            sum(
                coalesce(daily_changes.sold_micros, 0)
                - coalesce(daily_changes.earned_micros, 0)
            ) over (
                partition by cell_days.region, cell_days.segment, cell_days.plan_id
                order by cell_days.date_day
                rows between unbounded preceding and current row
            ) as bigint
        ) as liability_micros
    from cell_days
    left join daily_changes
        on
            cell_days.date_day = daily_changes.changed_on
            and cell_days.region = daily_changes.region
            and cell_days.segment = daily_changes.segment
            and cell_days.plan_id = daily_changes.plan_id
)

select * from final
