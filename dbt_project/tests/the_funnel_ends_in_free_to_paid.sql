-- Harm: two pages with two conversions of the same week, or a step that more people
-- took than the one before it.
with funnel as (
    select * from {{ ref('signup_funnel') }}
),

conversion as (
    select *
    from {{ ref('free_to_paid_30') }}
    where
        grain = 'week'
        and region = 'all'
        and channel = 'all'
        and platform = 'all'
        and first_feature = 'all'
        and credit_state = 'all'
),

weeks as (
    select
        funnel.period_start,
        max(funnel.denominator) as signups,
        max(case when funnel.step = 'submitted' then funnel.numerator end) as submitted,
        max(case when funnel.step = 'delivered' then funnel.numerator end) as delivered,
        max(case when funnel.step = 'checkout' then funnel.numerator end) as checkout,
        max(case when funnel.step = 'paid' then funnel.numerator end) as paid
    from funnel
    where funnel.state = 'closed'
    group by funnel.period_start
)

select
    weeks.period_start,
    weeks.paid,
    conversion.numerator
from weeks
left join conversion
    on weeks.period_start = conversion.period_start
where
    weeks.signups is distinct from conversion.denominator
    or weeks.paid is distinct from conversion.numerator
    or weeks.paid > weeks.checkout
    or weeks.delivered > weeks.submitted
