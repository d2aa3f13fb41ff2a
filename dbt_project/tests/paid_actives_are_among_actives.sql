-- Harm: overlapping pay intervals of one account would count a person twice and push
-- the paid share up, unseen until it passes 100 %.
with paid_actives as (
    select * from {{ ref('int_paid_actives_daily') }}
)

select
    paid_actives.date_day,
    paid_actives.region
from paid_actives
where paid_actives.paid_active_users > paid_actives.active_users
