-- Harm: a cancellation that is announced and still counted promises revenue that will
-- not come. On as_of, contracted ARR is worked out again from what each subscription
-- stated last, and nothing else.
with terms as (
    select * from {{ ref('int_subscription_terms') }}
),

contract_intervals as (
    select * from {{ ref('int_contract_intervals') }}
),

last_words as (
    select *
    from terms
    where least(occurred_at, effective_at) < {{ as_of() }} + 1
    qualify row_number() over (
            partition by subscription_id
            order by
                effective_at desc,
                least(occurred_at, effective_at) desc,
                event_id desc
        ) = 1
),

running as (
    select contract_intervals.subscription_id
    from contract_intervals
    where
        contract_intervals.plan_id <> 'contract'
        and contract_intervals.started_on <= {{ as_of() }}
        and (
            contract_intervals.ended_on is null
            or contract_intervals.ended_on > {{ as_of() }}
        )
)

select
    last_words.subscription_id,
    last_words.is_end,
    running.subscription_id as running_id
from last_words
full outer join running
    on last_words.subscription_id = running.subscription_id
where coalesce(last_words.is_end, true) <> (running.subscription_id is null)
