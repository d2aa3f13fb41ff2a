with users as (
    select * from {{ ref('dim_users') }}
),

user_weeks as (
    select * from {{ ref('int_user_weeks') }}
),

history as (
    select min(user_weeks.week_start) as first_week
    from user_weeks
),

cohorts as (
    select
        {{ week_start('users.registered_on') }} as week_start,
        count(*) as signups
    from users
    inner join history
        on users.registered_on >= history.first_week
    where
        not users.is_test
        and not users.is_bot
        and users.registered_on <= {{ as_of() }}
    group by {{ week_start('users.registered_on') }}
),

returns as (
    select
        {{ week_start('users.registered_on') }} as week_start,
        user_weeks.week_start as active_week,
        count(*) as returned
    from users
    inner join user_weeks
        on
            users.user_id = user_weeks.user_id
            and users.registered_on < user_weeks.week_start
    where
        not users.is_test
        and not users.is_bot
    group by {{ week_start('users.registered_on') }}, user_weeks.week_start
),

offsets as (
    {% for week in range(1, 13) %}
    select {{ week }} as weeks
    {% if not loop.last %}
    union all
    {% endif %}
    {% endfor %}
),

final as (
    select
        'week' as grain,
        cohorts.week_start as period_start,
        cast(offsets.weeks as string) as weeks,
        cast(coalesce(returns.returned, 0) as double)
        / nullif(cohorts.signups, 0) as value,
        cast(coalesce(returns.returned, 0) as bigint) as numerator,
        cast(cohorts.signups as bigint) as denominator,
        case
            when cohorts.week_start + 7 * offsets.weeks + 6 <= {{ as_of() }}
                then 'closed'
            else 'provisional'
        end as state
    from cohorts
    inner join offsets
        on cohorts.week_start + 7 * offsets.weeks <= {{ as_of() }}
    left join returns
        on
            cohorts.week_start = returns.week_start
            and cohorts.week_start + 7 * offsets.weeks = returns.active_week
)

select * from final
