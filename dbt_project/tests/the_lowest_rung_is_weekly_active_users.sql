-- Harm: two pages with two numbers of weekly actives, and nobody knows which is right.
with actives as (
    select * from {{ ref('active_users_by_rung') }}
),

weekly_active_users as (
    select *
    from {{ ref('weekly_active_users') }}
    where
        platform = 'all'
        and plan = 'all'
),

compared as (
    select
        weekly_active_users.grain,
        weekly_active_users.period_start,
        weekly_active_users.region,
        weekly_active_users.value,
        max(case when actives.rung = 'session' then actives.value end) as present,
        max(case when actives.rung = 'all' then actives.value end) as total
    from weekly_active_users
    left join actives
        on
            weekly_active_users.grain = actives.grain
            and weekly_active_users.period_start = actives.period_start
            and weekly_active_users.region = actives.region
    group by
        weekly_active_users.grain,
        weekly_active_users.period_start,
        weekly_active_users.region,
        weekly_active_users.value
)

select
    compared.grain,
    compared.period_start,
    compared.region,
    compared.value,
    compared.present,
    compared.total
from compared
where
    compared.value is distinct from compared.present
    or compared.value is distinct from compared.total
