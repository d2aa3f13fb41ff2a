with feature_users as (
    select * from {{ ref('int_feature_users') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

users_by_feature as (
    select
        periods.grain,
        periods.period_start,
        feature_users.feature,
        count(distinct feature_users.user_id) as users
    from feature_users
    inner join periods
        on feature_users.used_on = periods.date_day
    where periods.grain in ('week', 'month')
    group by
        periods.grain,
        periods.period_start,
        feature_users.feature
),

users_of_any as (
    select
        periods.grain,
        periods.period_start,
        periods.state,
        count(distinct feature_users.user_id) as users
    from feature_users
    inner join periods
        on feature_users.used_on = periods.date_day
    where periods.grain in ('week', 'month')
    group by
        periods.grain,
        periods.period_start,
        periods.state
),

final as (
    select
        users_of_any.grain,
        users_of_any.period_start,
        users_by_feature.feature,
        cast(users_by_feature.users as double)
        / nullif(users_of_any.users, 0) as value,
        users_by_feature.users as numerator,
        users_of_any.users as denominator,
        users_of_any.state
    from users_of_any
    inner join users_by_feature
        on
            users_of_any.grain = users_by_feature.grain
            and users_of_any.period_start = users_by_feature.period_start
)

select * from final
