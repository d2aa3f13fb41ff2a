-- Harm: a weekly figure below a daily one (or a monthly below a weekly) is impossible,
-- and a board member sees it before we do.
with actives as (
    select * from {{ ref('int_actives_daily') }}
)

select
    narrow.date_day,
    narrow.region,
    narrow.window_days,
    narrow.active_users,
    wide.active_users as active_users_of_wider
from actives as narrow
inner join actives as wide
    on
        narrow.date_day = wide.date_day
        and narrow.region = wide.region
        and narrow.window_days < wide.window_days
where narrow.active_users > wide.active_users
