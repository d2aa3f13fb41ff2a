with failed as (
    select * from {{ ref('stg_payments_failed') }}
),

succeeded as (
    select * from {{ ref('stg_payments_succeeded') }}
),

policies as (
    select * from {{ ref('int_policies') }}
),

-- Retries that end in the same success, or in none, are one debt.
attempts as (
    select
        failed.subscription_id,
        failed.account_id,
        failed.event_id,
        failed.occurred_at,
        min(succeeded.occurred_at) as recovered_at
    from failed
    left join succeeded
        on
            failed.subscription_id = succeeded.subscription_id
            and failed.occurred_at < succeeded.occurred_at
            and not succeeded.is_test
    where
        failed.kind = 'subscription'
        and failed.subscription_id is not null
        and not failed.is_test
        and failed.occurred_at < {{ as_of() }} + 1
    group by
        failed.subscription_id,
        failed.account_id,
        failed.event_id,
        failed.occurred_at
),

debts as (
    select
        attempts.subscription_id,
        attempts.account_id,
        min_by(attempts.event_id, attempts.occurred_at) as event_id,
        min(attempts.occurred_at) as failed_at,
        attempts.recovered_at
    from attempts
    group by
        attempts.subscription_id,
        attempts.account_id,
        attempts.recovered_at
),

dated as (
    select
        debts.subscription_id,
        debts.account_id,
        debts.event_id,
        debts.failed_at,
        {{ reporting_day('debts.failed_at') }} as past_due_on,
        {{ reporting_day('debts.failed_at') }} + policies.grace_days as grace_ends_on,
        debts.recovered_at
    from debts
    cross join policies
),

final as (
    select
        dated.subscription_id,
        dated.account_id,
        dated.event_id,
        dated.failed_at,
        dated.past_due_on,
        dated.grace_ends_on,
        dated.recovered_at,
        {{ reporting_day('dated.recovered_at') }} as recovered_on,
        dated.grace_ends_on <= {{ as_of() }}
        and (
            dated.recovered_at is null
            or {{ reporting_day('dated.recovered_at') }} > dated.grace_ends_on
        ) as is_lapsed
    from dated
)

select * from final
