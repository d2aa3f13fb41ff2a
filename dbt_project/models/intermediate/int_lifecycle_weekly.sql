with changes as (
    select * from {{ ref('int_lifecycle_changes') }}
),

actives as (
    select * from {{ ref('int_actives_daily') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

history as (
    select min(actives.date_day) as first_active_on
    from actives
),

counts as (
    select
        changes.week_start,
        changes.status,
        coalesce(changes.region, 'all') as region,
        sum(changes.users) as users
    from changes
    group by grouping sets (
        (changes.week_start, changes.status),
        (changes.week_start, changes.status, changes.region)
    )
),

statuses as (
    select 'new' as status
    union all
    select 'retained' as status
    union all
    select 'resurrected' as status
    union all
    select 'dormant' as status
),

regions as (
    select distinct counts.region
    from counts
),

weeks as (
    select
        periods.period_start as week_start,
        periods.state,
        periods.period_start - 7 >= history.first_active_on as is_known
    from periods
    inner join history
        on periods.date_day >= history.first_active_on
    where
        periods.grain = 'week'
        and periods.is_closing_day
),

final as (
    select
        weeks.week_start,
        regions.region,
        statuses.status,
        weeks.is_known,
        weeks.state,
        cast(coalesce(counts.users, 0) as bigint) as users
    from weeks
    cross join regions
    cross join statuses
    left join counts
        on
            weeks.week_start = counts.week_start
            and regions.region = counts.region
            and statuses.status = counts.status
)

select * from final
