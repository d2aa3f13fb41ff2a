with users as (
    select * from {{ ref('dim_users') }}
    {{ where_touched('user_id') }}
),

submitted as (
    select * from {{ ref('stg_generations_submitted') }}
    {{ where_touched('user_id') }}
),

finished as (
    select * from {{ ref('stg_generations_finished') }}
    {{ where_touched('user_id') }}
),

grant_uses as (
    select * from {{ ref('int_grant_uses') }}
),

payments_failed as (
    select * from {{ ref('stg_payments_failed') }}
),

first_payments as (
    select * from {{ ref('int_first_payments') }}
),

first_requests as (
    select
        submitted.user_id,
        min(submitted.occurred_at) as submitted_at,
        min_by(submitted.mode, submitted.occurred_at) as first_feature
    from submitted
    where
        submitted.user_id is not null
        and submitted.platform <> 'api'
        and not submitted.is_test
    group by submitted.user_id
),

first_videos as (
    select
        finished.user_id,
        min(finished.occurred_at) as delivered_at
    from finished
    where
        finished.user_id is not null
        and finished.platform <> 'api'
        and finished.status = 'succeeded'
        and not finished.is_test
    group by finished.user_id
),

credits_out as (
    select
        grant_uses.account_id,
        min(grant_uses.used_up_at) as credits_out_at
    from grant_uses
    group by grant_uses.account_id
),

first_failures as (
    select
        payments_failed.account_id,
        min(payments_failed.occurred_at) as failed_at
    from payments_failed
    where not payments_failed.is_test
    group by payments_failed.account_id
),

final as (
    select
        users.user_id,
        users.account_id,
        users.registered_at,
        users.registered_on,
        users.region,
        users.channel,
        users.platform,
        coalesce(first_requests.first_feature, 'none') as first_feature,
        first_requests.submitted_at,
        first_videos.delivered_at,
        credits_out.credits_out_at,
        least(first_failures.failed_at, first_payments.first_paid_at) as checkout_at,
        first_payments.first_paid_at as paid_at
    from users
    left join first_requests
        on users.user_id = first_requests.user_id
    left join first_videos
        on users.user_id = first_videos.user_id
    left join credits_out
        on users.account_id = credits_out.account_id
    left join first_failures
        on users.account_id = first_failures.account_id
    left join first_payments
        on users.account_id = first_payments.account_id
    where
        not users.is_test
        and not users.is_bot
)

select * from final
{{ and_untouched('user_id') }}
