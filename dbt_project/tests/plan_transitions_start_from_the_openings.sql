-- Harm: a matrix that loses accounts shows loyalty that is not there. Everybody with
-- MRR when the month began starts from one plan.
with transitions as (
    select * from {{ ref('plan_transitions') }}
),

openings as (
    select * from {{ ref('int_monthly_openings') }}
),

started as (
    select
        transitions.period_start,
        sum(transitions.value) as accounts
    from transitions
    where
        transitions.from_plan not in ('none', 'all')
        and transitions.to_plan = 'all'
    group by transitions.period_start
)

select
    openings.period_start,
    openings.opening_accounts,
    started.accounts
from openings
left join started
    on openings.period_start = started.period_start
where
    openings.region = 'all'
    and openings.opening_accounts <> coalesce(started.accounts, 0)
