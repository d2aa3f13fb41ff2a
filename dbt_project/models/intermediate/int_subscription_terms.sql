with terms as (
    select * from {{ ref('int_stated_terms') }}
),

past_due as (
    select * from {{ ref('int_past_due') }}
),

-- Unpaid after the days of grace, a subscription has churned, whoever says so or not.
lapses as (
    select
        past_due.subscription_id,
        past_due.account_id,
        past_due.event_id,
        cast(past_due.grace_ends_on as timestamp) as occurred_at,
        cast(past_due.grace_ends_on as timestamp) as effective_at,
        cast(null as string) as plan_id,
        cast(null as int) as interval_months,
        0 as price_minor,
        cast(null as string) as currency,
        cast(null as string) as discount,
        true as is_end,
        'involuntary' as end_cause
    from past_due
    where past_due.is_lapsed
),

-- Who pays after all has the last terms stated before, from that day on.
recoveries as (
    select
        terms.subscription_id,
        terms.account_id,
        terms.event_id,
        past_due.recovered_at as occurred_at,
        past_due.recovered_at as effective_at,
        terms.plan_id,
        terms.interval_months,
        terms.price_minor,
        terms.currency,
        terms.discount,
        terms.is_end,
        terms.end_cause
    from past_due
    inner join terms
        on
            past_due.subscription_id = terms.subscription_id
            and past_due.recovered_at >= terms.effective_at
    where past_due.is_lapsed
    qualify row_number() over (
            partition by past_due.subscription_id, past_due.recovered_at
            order by terms.effective_at desc, terms.occurred_at desc
        ) = 1
),

final as (
    select
        terms.subscription_id,
        terms.account_id,
        terms.event_id,
        terms.occurred_at,
        terms.effective_at,
        terms.plan_id,
        terms.interval_months,
        terms.price_minor,
        terms.currency,
        terms.discount,
        terms.is_end,
        terms.end_cause
    from terms
    union all
    select * from lapses
    union all
    select * from recoveries
)

select * from final
