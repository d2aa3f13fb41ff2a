with feature_users as (
    select * from {{ ref('int_feature_users') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

-- The rows without a feature count the users of any.
weekly as (
    select
        'week' as grain,
        feature_users.week_start as period_start,
        feature_users.feature,
        count(distinct feature_users.user_id) as users
    from feature_users
    group by grouping sets (
        (feature_users.week_start),
        (feature_users.week_start, feature_users.feature)
    )
),

monthly as (
    select
        'month' as grain,
        feature_users.month_start as period_start,
        feature_users.feature,
        count(distinct feature_users.user_id) as users
    from feature_users
    group by grouping sets (
        (feature_users.month_start),
        (feature_users.month_start, feature_users.feature)
    )
),

counts as (
    select * from weekly
    union all
    select * from monthly
),

states as (
    select distinct
        periods.grain,
        periods.period_start,
        periods.state
    from periods
),

final as (
    select
        counts.grain,
        counts.period_start,
        counts.feature,
        cast(counts.users as double) / nullif(totals.users, 0) as value,
        counts.users as numerator,
        totals.users as denominator,
        states.state
    from counts
    inner join counts as totals
        on
            counts.grain = totals.grain
            and counts.period_start = totals.period_start
    inner join states
        on
            counts.grain = states.grain
            and counts.period_start = states.period_start
    where
        counts.feature is not null
        and totals.feature is null
)

select * from final
