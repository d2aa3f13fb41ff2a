-- Harm: three views of revenue that start from three different revenues. The booked
-- view is the revenue of every month and slice, and booked = constant + fx, so that
-- what is reported moves by what changed and by rates, and by nothing else.
with views as (
    select * from {{ ref('revenue_by_fx_view') }}
),

revenue as (
    select * from {{ ref('revenue') }}
),

wide as (
    select
        views.period_start,
        views.region,
        views.segment,
        views.plan,
        views.channel,
        sum(case when views.view = 'booked' then views.value else 0 end) as booked,
        sum(case when views.view in ('constant', 'fx') then views.value else 0 end)
            as constant_and_fx
    from views
    group by
        views.period_start,
        views.region,
        views.segment,
        views.plan,
        views.channel
)

select
    revenue.period_start,
    revenue.region,
    revenue.segment,
    revenue.plan,
    revenue.channel,
    revenue.value,
    wide.booked,
    wide.constant_and_fx
from revenue
left join wide
    on
        revenue.period_start = wide.period_start
        and revenue.region = wide.region
        and revenue.segment = wide.segment
        and revenue.plan = wide.plan
        and revenue.channel = wide.channel
where
    revenue.grain = 'month'
    and (
        revenue.value is distinct from wide.booked
        or revenue.value is distinct from wide.constant_and_fx
    )
