with sessions as (
    select * from {{ ref('stg_sessions') }}
    {{ where_touched('user_id') }}
),

users as (
    select * from {{ ref('dim_users') }}
    {{ where_touched('user_id') }}
),

bots as (
    select * from {{ ref('int_bots') }}
    {{ where_touched('user_id') }}
),

merges as (
    select * from {{ ref('int_merges') }}
),

active_days as (
    select distinct
        coalesce(merges.user_id, sessions.user_id) as user_id,
        sessions.occurred_on as active_on
    from sessions
    left join merges
        on
            sessions.user_id = merges.merged_user_id
            and sessions.occurred_on >= merges.merged_on
    where
        sessions.is_foreground
        and not sessions.is_test
        and sessions.platform <> 'api'
        and sessions.occurred_on <= {{ as_of() }}
),

user_days as (
    select
        active_days.user_id,
        coalesce(users.region, 'unknown') as region,
        active_days.active_on
    from active_days
    left join users
        on active_days.user_id = users.user_id
    left join bots
        on active_days.user_id = bots.user_id
    where
        not coalesce(users.is_test, false)
        and bots.user_id is null
),

final as (
    select
        user_days.user_id,
        user_days.region,
        user_days.active_on,
        {{ days_between(
            'user_days.active_on',
            'lead(user_days.active_on) over (
                partition by user_days.user_id
                order by user_days.active_on
            )'
        ) }} as days_to_next
    from user_days
)

select * from final
{{ and_untouched('user_id') }}
