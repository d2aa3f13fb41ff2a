-- Harm: the running sum of starts and ends drifts for good when one end is lost. On the
-- last closed day the payers are counted again, one by one.
with subscription_intervals as (
    select * from {{ ref('int_subscription_intervals') }}
),

payments as (
    select * from {{ ref('fct_payments') }}
),

paying_users as (
    select * from {{ ref('paying_users') }}
),

payers as (
    select subscription_intervals.account_id
    from subscription_intervals
    where
        subscription_intervals.mrr_micros > 0
        and subscription_intervals.started_on <= {{ as_of() }}
        and (
            subscription_intervals.ended_on is null
            or {{ as_of() }} < subscription_intervals.ended_on
        )
    union distinct
    select payments.account_id
    from payments
    where
        payments.kind <> 'subscription'
        and payments.amount_micros > 0
        and payments.paid_on between {{ as_of() }} - 29 and {{ as_of() }}
),

recount as (
    select count(*) as accounts
    from payers
),

shown as (
    select coalesce(max(paying_users.value), 0) as accounts
    from paying_users
    where
        paying_users.grain = 'day'
        and paying_users.period_start = {{ as_of() }}
        and paying_users.region = 'all'
        and paying_users.segment = 'all'
)

select
    recount.accounts,
    shown.accounts as shown_accounts
from recount
cross join shown
where recount.accounts <> shown.accounts
