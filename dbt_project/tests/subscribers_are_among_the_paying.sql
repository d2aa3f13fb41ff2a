-- Harm: three definitions of a payer that contradict one another. Whoever subscribes at
-- the close of a month pays in it.
with subscribed as (
    select * from {{ ref('subscribed_users') }}
),

paying as (
    select * from {{ ref('paying_users') }}
)

select
    subscribed.period_start,
    subscribed.region,
    subscribed.value,
    paying.value as paying_users
from subscribed
left join paying
    on
        subscribed.period_start = paying.period_start
        and subscribed.region = paying.region
        and paying.grain = 'month'
        and paying.segment = 'all'
where
    subscribed.grain = 'month'
    and subscribed.plan = 'all'
    and subscribed.value > coalesce(paying.value, 0)
