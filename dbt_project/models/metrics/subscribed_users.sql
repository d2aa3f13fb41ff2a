with subscription_intervals as (
    select * from {{ ref('int_subscription_intervals') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

final as (
    select
        periods.grain,
        periods.period_start,
        coalesce(subscription_intervals.region, 'all') as region,
        coalesce(subscription_intervals.plan_id, 'all') as plan,
        count(distinct subscription_intervals.account_id) as value,
        cast(null as bigint) as numerator,
        cast(null as bigint) as denominator,
        periods.state
    from subscription_intervals
    inner join periods
        on
            subscription_intervals.started_on <= periods.date_day
            and (
                subscription_intervals.ended_on is null
                or subscription_intervals.ended_on > periods.date_day
            )
    where
        periods.is_closing_day
        and periods.grain in ('week', 'month')
        and subscription_intervals.mrr_micros > 0
    group by grouping sets (
        (periods.grain, periods.period_start, periods.state),
        (
            periods.grain,
            periods.period_start,
            periods.state,
            subscription_intervals.region
        ),
        (
            periods.grain,
            periods.period_start,
            periods.state,
            subscription_intervals.plan_id
        )
    )
)

select * from final
