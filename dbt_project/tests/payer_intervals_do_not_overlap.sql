-- Harm: overlapping intervals of one account count one payer twice on the same day.
with payer_intervals as (
    select * from {{ ref('int_payer_intervals') }}
),

with_next as (
    select
        payer_intervals.account_id,
        payer_intervals.segment,
        payer_intervals.ended_on,
        lead(payer_intervals.started_on) over (
            partition by payer_intervals.account_id, payer_intervals.segment
            order by payer_intervals.started_on
        ) as next_started_on
    from payer_intervals
)

select
    with_next.account_id,
    with_next.segment,
    with_next.ended_on,
    with_next.next_started_on
from with_next
where with_next.next_started_on <= with_next.ended_on
