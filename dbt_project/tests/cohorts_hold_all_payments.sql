-- Harm: revenue cohorts that leave out money, or count an account in two months. The
-- last month of all cohorts together holds every payment and refund of known accounts.
with cohort_months as (
    select * from {{ ref('int_cohort_months') }}
),

accounts as (
    select * from {{ ref('dim_accounts') }}
),

payments as (
    select * from {{ ref('fct_payments') }}
),

refunds as (
    select * from {{ ref('fct_refunds') }}
),

last_months as (
    select
        cohort_months.cohort_month,
        max_by(cohort_months.net_micros, cohort_months.months_since) as net_micros
    from cohort_months
    group by cohort_months.cohort_month
),

held as (
    select coalesce(sum(last_months.net_micros), 0) as net_micros
    from last_months
),

money as (
    select
        payments.account_id,
        payments.amount_micros
    from payments
    where payments.paid_on <= {{ as_of() }}
    union all
    select
        refunds.account_id,
        -refunds.amount_micros as amount_micros
    from refunds
    where refunds.refunded_on <= {{ as_of() }}
),

received as (
    select coalesce(sum(money.amount_micros), 0) as net_micros
    from money
    inner join accounts
        on money.account_id = accounts.account_id
    where
        not accounts.is_test
        and accounts.opened_on <= {{ as_of() }}
)

select
    held.net_micros,
    received.net_micros as received_micros
from held
cross join received
where held.net_micros <> received.net_micros
