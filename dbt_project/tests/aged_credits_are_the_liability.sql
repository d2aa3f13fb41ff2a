-- Harm: an ageing report that loses a grant tells auditors another liability than the
-- books. Its total is the credit liability at every month's close, region and plan.
with aged as (
    select * from {{ ref('credit_liability_by_age') }}
),

liability as (
    select * from {{ ref('credit_liability') }}
)

select
    liability.period_start,
    liability.region,
    liability.plan,
    liability.value,
    aged.value as aged_value
from liability
left join aged
    on
        liability.period_start = aged.period_start
        and liability.region = aged.region
        and liability.plan = aged.plan
        and aged.age = 'all'
where
    liability.grain = 'month'
    and liability.segment = 'all'
    and liability.value <> coalesce(aged.value, 0)
