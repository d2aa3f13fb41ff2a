-- Harm: a person lost between two platforms. No slice is above the total, and together
-- the slices are never below it; they may be above, for people in several.
with actives as (
    select * from {{ ref('int_actives_daily') }}
),

slice_actives as (
    select * from {{ ref('int_slice_actives_daily') }}
),

sums as (
    select
        slice_actives.date_day,
        slice_actives.dimension,
        slice_actives.window_days,
        max(slice_actives.active_users) as largest,
        sum(slice_actives.active_users) as together
    from slice_actives
    group by
        slice_actives.date_day,
        slice_actives.dimension,
        slice_actives.window_days
)

select
    sums.date_day,
    sums.dimension,
    sums.window_days,
    sums.largest,
    sums.together,
    actives.active_users
from sums
inner join actives
    on
        sums.date_day = actives.date_day
        and sums.window_days = actives.window_days
where
    actives.region = 'all'
    and (
        sums.largest > actives.active_users
        or sums.together < actives.active_users
    )
