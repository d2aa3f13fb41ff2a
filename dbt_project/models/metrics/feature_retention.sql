with feature_users as (
    select * from {{ ref('int_feature_users') }}
),

user_weeks as (
    select distinct
        feature_users.user_id,
        feature_users.feature,
        feature_users.week_start
    from feature_users
    where feature_users.week_start <= {{ as_of() }}
),

returns as (
    select
        user_weeks.feature,
        user_weeks.week_start,
        coalesce(
            lead(user_weeks.week_start) over (
                partition by user_weeks.user_id, user_weeks.feature
                order by user_weeks.week_start
            ) = user_weeks.week_start + 7,
            false
        ) as is_back
    from user_weeks
),

weeks as (
    select
        returns.week_start,
        returns.feature,
        sum(case when returns.is_back then 1 else 0 end) as returned_users,
        count(*) as users
    from returns
    group by returns.week_start, returns.feature
),

final as (
    {{ weekly_share('returned_users', dimension='feature') }}
)

select * from final
