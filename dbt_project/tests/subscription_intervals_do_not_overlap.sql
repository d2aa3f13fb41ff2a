-- Harm: two terms of one subscription in force on the same day bill it twice in MRR.
with subscription_intervals as (
    select * from {{ ref('int_subscription_intervals') }}
),

with_next as (
    select
        subscription_intervals.subscription_id,
        subscription_intervals.started_on,
        subscription_intervals.ended_on,
        lead(subscription_intervals.started_on) over (
            partition by subscription_intervals.subscription_id
            order by subscription_intervals.started_on
        ) as next_started_on
    from subscription_intervals
)

select
    with_next.subscription_id,
    with_next.started_on,
    with_next.ended_on,
    with_next.next_started_on
from with_next
where
    with_next.ended_on <= with_next.started_on
    or (
        with_next.next_started_on is not null
        and (
            with_next.ended_on is null
            or with_next.ended_on > with_next.next_started_on
        )
    )
