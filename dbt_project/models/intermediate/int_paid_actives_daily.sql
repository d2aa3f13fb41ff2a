with user_days as (
    select * from {{ ref('int_user_days') }}
),

payer_intervals as (
    select * from {{ ref('int_payer_intervals') }}
),

users as (
    select * from {{ ref('dim_users') }}
),

actives as (
    select * from {{ ref('int_actives_daily') }}
),

paying_people as (
    select
        users.user_id,
        payer_intervals.started_on,
        payer_intervals.ended_on
    from users
    inner join payer_intervals
        on users.account_id = payer_intervals.account_id
    where payer_intervals.segment = 'all'
),

-- Both sides are disjoint per user, so their overlaps count each user once a day.
paid_spans as (
    select
        user_days.region,
        greatest(user_days.active_on, paying_people.started_on) as started_on,
        least(
            user_days.active_on + least(coalesce(user_days.days_to_next, 7), 7),
            paying_people.ended_on
        ) as ended_on
    from user_days
    inner join paying_people
        on
            user_days.user_id = paying_people.user_id
            and user_days.active_on < paying_people.ended_on
            and user_days.active_on + 7 > paying_people.started_on
),

boundaries as (
    select
        paid_spans.region,
        paid_spans.started_on as changed_on,
        1 as change_users
    from paid_spans
    where paid_spans.started_on < paid_spans.ended_on
    union all
    select
        paid_spans.region,
        paid_spans.ended_on as changed_on,
        -1 as change_users
    from paid_spans
    where paid_spans.started_on < paid_spans.ended_on
),

daily_changes as (
    select
        boundaries.changed_on,
        coalesce(boundaries.region, 'all') as region,
        sum(boundaries.change_users) as change_users
    from boundaries
    group by grouping sets (
        (boundaries.changed_on),
        (boundaries.changed_on, boundaries.region)
    )
),

final as (
    select
        actives.date_day,
        actives.region,
        actives.is_full_window,
        actives.active_users,
        cast(
            sum(coalesce(daily_changes.change_users, 0)) over (
                partition by actives.region
                order by actives.date_day
                rows between unbounded preceding and current row
            ) as bigint
        ) as paid_active_users
    from actives
    left join daily_changes
        on
            actives.date_day = daily_changes.changed_on
            and actives.region = daily_changes.region
    where actives.window_days = 7
)

select * from final
