-- Harm: public MRR code drops subscriptions that have no end yet, so the newest months
-- look like mass churn.
with subscription_intervals as (
    select * from {{ ref('int_subscription_intervals') }}
),

terms as (
    select * from {{ ref('int_subscription_terms') }}
),

mrr_daily as (
    select * from {{ ref('fct_mrr_daily') }}
),

last_terms as (
    select *
    from terms
    where effective_at < {{ as_of() }} + 1
    qualify row_number() over (
            partition by subscription_id
            order by
                effective_at desc, occurred_at desc, event_id desc
        ) = 1
),

running as (
    select
        last_terms.subscription_id,
        subscription_intervals.mrr_micros
    from last_terms
    left join subscription_intervals
        on
            last_terms.subscription_id = subscription_intervals.subscription_id
            and {{ reporting_day('last_terms.effective_at') }}
            = subscription_intervals.started_on
    where not last_terms.is_end
),

expected as (
    select
        coalesce(sum(running.mrr_micros), 0) as mrr_micros,
        count(*) - count(running.mrr_micros) as missing
    from running
),

shown as (
    select coalesce(sum(mrr_daily.mrr_micros), 0) as mrr_micros
    from mrr_daily
    where mrr_daily.date_day = {{ as_of() }}
)

select
    expected.mrr_micros,
    expected.missing,
    shown.mrr_micros as shown_micros
from expected
cross join shown
where
    expected.mrr_micros <> shown.mrr_micros
    or expected.missing > 0
