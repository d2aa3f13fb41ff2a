with exposed as (
    select * from {{ ref('stg_features_exposed') }}
),

submitted as (
    select * from {{ ref('stg_generations_submitted') }}
),

offers as (
    select
        exposed.user_id,
        exposed.feature,
        min(exposed.occurred_at) as offered_at,
        min(exposed.occurred_on) as offered_on
    from exposed
    where
        exposed.variant = 'treatment'
        and not exposed.is_test
        and exposed.occurred_on <= {{ as_of() }}
    group by exposed.user_id, exposed.feature
),

trials as (
    select
        offers.user_id,
        offers.feature,
        offers.offered_on,
        max(
            case
                when
                    submitted.occurred_at >= offers.offered_at
                    and submitted.occurred_at
                    <= offers.offered_at + interval '7' day
                    then 1
                else 0
            end
        ) as has_tried
    from offers
    left join submitted
        on
            offers.user_id = submitted.user_id
            and offers.feature = submitted.mode
    group by offers.user_id, offers.feature, offers.offered_on
),

weeks as (
    select
        {{ week_start('trials.offered_on') }} as week_start,
        trials.feature,
        sum(trials.has_tried) as tried_users,
        count(*) as users
    from trials
    group by {{ week_start('trials.offered_on') }}, trials.feature
),

final as (
    {{ weekly_share('tried_users', dimension='feature') }}
)

select * from final
