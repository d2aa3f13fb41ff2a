with subscription_intervals as (
    select * from {{ ref('int_subscription_intervals') }}
),

grants as (
    select * from {{ ref('fct_paid_grants') }}
),

grant_burn as (
    select * from {{ ref('int_grant_burn') }}
),

payments as (
    select * from {{ ref('fct_payments') }}
),

running as (
    select
        grant_burn.grant_id,
        grant_burn.used_on,
        sum(grant_burn.used_credits) over (
            partition by grant_burn.grant_id
            order by grant_burn.used_on
            rows between unbounded preceding and current row
        ) as total_used_credits
    from grant_burn
),

-- A pack entitles until its last credit is used or expires.
exhausted as (
    select
        running.grant_id,
        min(running.used_on) as exhausted_on
    from running
    inner join grants
        on running.grant_id = grants.grant_id
    where running.total_used_credits >= grants.granted_credits
    group by running.grant_id
),

holdings as (
    select
        subscription_intervals.account_id,
        subscription_intervals.segment,
        subscription_intervals.plan_id,
        subscription_intervals.started_on,
        coalesce(subscription_intervals.ended_on, {{ as_of() }} + 1) as ended_on
    from subscription_intervals
    where
        subscription_intervals.mrr_micros > 0
        and subscription_intervals.started_on <= {{ as_of() }}
    union all
    select
        grants.account_id,
        grants.segment,
        grants.plan_id,
        grants.granted_on as started_on,
        coalesce(exhausted.exhausted_on, {{ as_of() }}) + 1 as ended_on
    from grants
    left join exhausted
        on grants.grant_id = exhausted.grant_id
    where grants.granted_on <= {{ as_of() }}
    union all
    select
        payments.account_id,
        payments.segment,
        payments.plan_id,
        payments.paid_on as started_on,
        payments.paid_on + 30 as ended_on
    from payments
    where
        payments.kind = 'usage'
        and payments.amount_micros > 0
        and payments.paid_on <= {{ as_of() }}
),

final as (
    select
        holdings.account_id,
        holdings.segment,
        holdings.plan_id,
        holdings.started_on,
        holdings.ended_on
    from holdings
)

select * from final
