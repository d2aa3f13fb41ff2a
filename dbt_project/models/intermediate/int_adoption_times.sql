with users as (
    select * from {{ ref('dim_users') }}
),

exposed as (
    select * from {{ ref('stg_features_exposed') }}
),

feature_users as (
    select * from {{ ref('int_feature_users') }}
),

offers as (
    select
        exposed.user_id,
        exposed.feature,
        min(exposed.occurred_at) as usable_at,
        min(exposed.occurred_on) as usable_on
    from exposed
    where
        exposed.variant = 'treatment'
        and not exposed.is_test
    group by exposed.user_id, exposed.feature
),

-- What is offered to nobody in particular can be used from the signup on.
open_features as (
    select distinct feature_users.feature
    from feature_users
    where feature_users.feature not in (select offers.feature from offers)
),

starts as (
    select
        offers.user_id,
        offers.feature,
        offers.usable_at,
        offers.usable_on
    from offers
    inner join users
        on offers.user_id = users.user_id
    where
        not users.is_test
        and not users.is_bot
    union all
    select
        users.user_id,
        open_features.feature,
        users.registered_at as usable_at,
        users.registered_on as usable_on
    from users
    cross join open_features
    where
        not users.is_test
        and not users.is_bot
),

first_uses as (
    select
        feature_users.user_id,
        feature_users.feature,
        min(feature_users.first_used_at) as first_used_at
    from feature_users
    group by feature_users.user_id, feature_users.feature
),

-- Watched in full days only, and no longer than 30; who used it before is no adopter.
watched as (
    select
        {{ week_start('starts.usable_on') }} as week_start,
        starts.feature,
        least(
            24 * {{ days_between('starts.usable_on', as_of()) }}, 720
        ) as watched_hours,
        {{ hours_between('starts.usable_at', 'first_uses.first_used_at') }}
            as reached_hours
    from starts
    left join first_uses
        on
            starts.user_id = first_uses.user_id
            and starts.feature = first_uses.feature
    where
        starts.usable_on <= {{ as_of() }}
        and (
            first_uses.first_used_at is null
            or first_uses.first_used_at >= starts.usable_at
        )
),

{{ hours_until(key='feature') }}
