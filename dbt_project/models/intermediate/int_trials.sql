with trials as (
    select * from {{ ref('stg_trials_started') }}
),

started as (
    select * from {{ ref('stg_subscriptions_started') }}
),

cancelled as (
    select * from {{ ref('stg_subscriptions_cancelled') }}
),

accounts as (
    select * from {{ ref('dim_accounts') }}
),

-- A subscription is tried once; what is said again changes nothing.
first_notices as (
    select
        trials.subscription_id,
        trials.account_id,
        trials.plan_id,
        trials.occurred_at as tried_at,
        trials.occurred_on as tried_on
    from trials
    where not trials.is_test
    qualify row_number() over (
            partition by trials.subscription_id
            order by trials.occurred_at, trials.event_id
        ) = 1
),

starts as (
    select
        started.subscription_id,
        min(started.occurred_at) as kept_at
    from started
    where not started.is_test
    group by started.subscription_id
),

ends as (
    select
        cancelled.subscription_id,
        min(cancelled.ends_at) as dropped_at
    from cancelled
    where not cancelled.is_test
    group by cancelled.subscription_id
),

-- Who pays has kept it, whatever was said before.
final as (
    select
        first_notices.subscription_id,
        first_notices.account_id,
        coalesce(accounts.region, 'unknown') as region,
        first_notices.plan_id,
        first_notices.tried_at,
        first_notices.tried_on,
        starts.kept_at,
        {{ reporting_day('coalesce(starts.kept_at, ends.dropped_at)') }} as ended_on
    from first_notices
    left join starts
        on first_notices.subscription_id = starts.subscription_id
    left join ends
        on first_notices.subscription_id = ends.subscription_id
    left join accounts
        on first_notices.account_id = accounts.account_id
    where not coalesce(accounts.is_bot, false)
)

select * from final
