with subscription_intervals as (
    select * from {{ ref('int_subscription_intervals') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

months as (
    select
        periods.period_start,
        periods.state
    from periods
    where
        periods.grain = 'month'
        and periods.is_closing_day
),

-- A month opens with what was in force at the close of the day before.
cells as (
    select
        months.period_start,
        months.state,
        coalesce(subscription_intervals.region, 'all') as region,
        count(distinct subscription_intervals.account_id) as opening_accounts,
        sum(subscription_intervals.mrr_micros) as opening_micros
    from months
    inner join subscription_intervals
        on
            months.period_start > subscription_intervals.started_on
            and (
                subscription_intervals.ended_on is null
                or months.period_start <= subscription_intervals.ended_on
            )
    where subscription_intervals.mrr_micros > 0
    group by grouping sets (
        (months.period_start, months.state),
        (months.period_start, months.state, subscription_intervals.region)
    )
),

final as (
    select
        cells.period_start,
        cells.region,
        cells.opening_accounts,
        cast(cells.opening_micros as bigint) as opening_micros,
        cells.state
    from cells
)

select * from final
