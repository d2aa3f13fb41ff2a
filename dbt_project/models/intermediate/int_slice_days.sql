with user_days as (
    select * from {{ ref('int_user_days') }}
    {{ where_touched('user_id') }}
),

sessions as (
    select * from {{ ref('stg_sessions') }}
    {{ where_touched('user_id') }}
),

users as (
    select * from {{ ref('dim_users') }}
    {{ where_touched('user_id') }}
),

merges as (
    select * from {{ ref('int_merges') }}
),

subscription_intervals as (
    select * from {{ ref('int_subscription_intervals') }}
),

-- Only days that count as active; a person on two platforms counts on both.
platform_days as (
    select distinct
        coalesce(merges.user_id, sessions.user_id) as user_id,
        'platform' as dimension,
        sessions.platform as slice,
        sessions.occurred_on as active_on
    from sessions
    left join users
        on sessions.user_id = users.user_id
    left join merges
        on
            sessions.user_id = merges.merged_user_id
            and sessions.occurred_on >= merges.merged_on
    where
        sessions.is_foreground
        and not sessions.is_test
        and not coalesce(users.is_test, false)
        and not coalesce(users.is_bot, false)
        and sessions.platform <> 'api'
        and sessions.occurred_on <= {{ as_of() }}
),

subscribers as (
    select
        users.user_id,
        subscription_intervals.plan_id,
        subscription_intervals.started_on,
        subscription_intervals.ended_on
    from users
    inner join subscription_intervals
        on users.account_id = subscription_intervals.account_id
    where subscription_intervals.mrr_micros > 0
),

subscribed_people as (
    select distinct subscribers.user_id
    from subscribers
),

-- The plan of the active day, not of the day on which the window is read.
plan_days as (
    select distinct
        user_days.user_id,
        'plan' as dimension,
        coalesce(subscribers.plan_id, 'none') as slice,
        user_days.active_on
    from user_days
    inner join subscribed_people
        on user_days.user_id = subscribed_people.user_id
    left join subscribers
        on
            user_days.user_id = subscribers.user_id
            and user_days.active_on >= subscribers.started_on
            and (
                subscribers.ended_on is null
                or user_days.active_on < subscribers.ended_on
            )
),

slice_days as (
    select * from platform_days
    union all
    select * from plan_days
),

-- Who never subscribed has no plan on any day: nothing to look up or to reorder.
final as (
    select
        slice_days.user_id,
        slice_days.dimension,
        slice_days.slice,
        slice_days.active_on,
        {{ days_between(
            'slice_days.active_on',
            'lead(slice_days.active_on) over (
                partition by
                    slice_days.user_id, slice_days.dimension, slice_days.slice
                order by slice_days.active_on
            )'
        ) }} as days_to_next
    from slice_days
    union all
    select
        user_days.user_id,
        'plan' as dimension,
        'none' as slice,
        user_days.active_on,
        user_days.days_to_next
    from user_days
    left join subscribed_people
        on user_days.user_id = subscribed_people.user_id
    where subscribed_people.user_id is null
)

select * from final
{{ and_untouched('user_id') }}
