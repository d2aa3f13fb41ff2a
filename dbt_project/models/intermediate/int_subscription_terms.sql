with started as (
    select * from {{ ref('stg_subscriptions_started') }}
),

renewed as (
    select * from {{ ref('stg_subscriptions_renewed') }}
),

changed as (
    select * from {{ ref('stg_subscriptions_changed') }}
),

resumed as (
    select * from {{ ref('stg_subscriptions_resumed') }}
),

paused as (
    select * from {{ ref('stg_subscriptions_paused') }}
),

cancelled as (
    select * from {{ ref('stg_subscriptions_cancelled') }}
),

past_due as (
    select * from {{ ref('int_past_due') }}
),

statements as (
    select * from started
    union all
    select * from renewed
    union all
    select * from changed
    union all
    select * from resumed
),

-- A cancellation or a pause is a term of no price: what follows can undo it.
terms as (
    select
        statements.subscription_id,
        statements.account_id,
        statements.event_id,
        statements.occurred_at,
        statements.period_start_at as effective_at,
        statements.plan_id,
        case statements.billing_interval
            when 'month' then 1
            when 'quarter' then 3
            when 'year' then 12
        end as interval_months,
        statements.price_minor,
        statements.currency,
        false as is_end,
        cast(null as string) as end_cause
    from statements
    where not statements.is_test
    union all
    select
        cancelled.subscription_id,
        cancelled.account_id,
        cancelled.event_id,
        cancelled.occurred_at,
        cancelled.ends_at as effective_at,
        cast(null as string) as plan_id,
        cast(null as int) as interval_months,
        0 as price_minor,
        cast(null as string) as currency,
        true as is_end,
        case when cancelled.is_voluntary then 'voluntary' else 'involuntary' end
            as end_cause
    from cancelled
    where not cancelled.is_test
    union all
    select
        paused.subscription_id,
        paused.account_id,
        paused.event_id,
        paused.occurred_at,
        paused.paused_from as effective_at,
        cast(null as string) as plan_id,
        cast(null as int) as interval_months,
        0 as price_minor,
        cast(null as string) as currency,
        true as is_end,
        'pause' as end_cause
    from paused
    where not paused.is_test
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
    select * from terms
    union all
    select * from lapses
    union all
    select * from recoveries
)

select * from final
