-- Harm: more people with a video than people who were there makes the whole ladder, and
-- every conversion read from it, unbelievable. Each rung is at most the one below it.
with actives as (
    select * from {{ ref('active_users_by_rung') }}
),

ladder as (
    select
        actives.grain,
        actives.period_start,
        actives.region,
        max(case when actives.rung = 'session' then actives.value end) as present,
        max(case when actives.rung = 'submitted' then actives.value end) as submitted,
        max(case when actives.rung = 'delivered' then actives.value end) as delivered,
        max(case when actives.rung = 'downloaded' then actives.value end)
            as downloaded
    from actives
    group by actives.grain, actives.period_start, actives.region
)

select
    ladder.grain,
    ladder.period_start,
    ladder.region,
    ladder.present,
    ladder.submitted,
    ladder.delivered,
    ladder.downloaded
from ladder
where
    ladder.downloaded > ladder.delivered
    or ladder.delivered > ladder.submitted
    or ladder.submitted > ladder.present
