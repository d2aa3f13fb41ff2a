with feature_users as (
    select * from {{ ref('int_feature_users') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

weekly as (
    select
        'week' as grain,
        feature_users.week_start as period_start,
        coalesce(feature_users.feature, 'all') as feature,
        coalesce(feature_users.region, 'all') as region,
        sum(feature_users.generations) as generations,
        count(distinct feature_users.user_id) as users
    from feature_users
    group by grouping sets (
        (feature_users.week_start),
        (feature_users.week_start, feature_users.feature),
        (feature_users.week_start, feature_users.region),
        (
            feature_users.week_start,
            feature_users.feature,
            feature_users.region
        )
    )
),

monthly as (
    select
        'month' as grain,
        feature_users.month_start as period_start,
        coalesce(feature_users.feature, 'all') as feature,
        coalesce(feature_users.region, 'all') as region,
        sum(feature_users.generations) as generations,
        count(distinct feature_users.user_id) as users
    from feature_users
    group by grouping sets (
        (feature_users.month_start),
        (feature_users.month_start, feature_users.feature),
        (feature_users.month_start, feature_users.region),
        (
            feature_users.month_start,
            feature_users.feature,
            feature_users.region
        )
    )
),

counts as (
    select * from weekly
    union all
    select * from monthly
),

final as (
    select
        counts.grain,
        counts.period_start,
        counts.feature,
        counts.region,
        cast(counts.generations as double) / nullif(counts.users, 0) as value,
        cast(counts.generations as bigint) as numerator,
        cast(counts.users as bigint) as denominator,
        periods.state
    from counts
    inner join periods
        on
            counts.grain = periods.grain
            and counts.period_start = periods.period_start
    where periods.date_day = periods.period_start
)

select * from final
