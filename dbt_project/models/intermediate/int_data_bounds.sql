with registrations as (
    select * from {{ ref('stg_registrations') }}
),

sessions as (
    select * from {{ ref('stg_sessions') }}
),

generations_submitted as (
    select * from {{ ref('stg_generations_submitted') }}
),

generations_finished as (
    select * from {{ ref('stg_generations_finished') }}
),

subscription_terms as (
    select * from {{ ref('int_subscription_terms') }}
),

payments as (
    select * from {{ ref('stg_payments_succeeded') }}
),

grants as (
    select * from {{ ref('stg_credits_granted') }}
),

spans as (
    select
        min(registrations.occurred_at) as first_at,
        max(registrations.occurred_at) as last_at
    from registrations
    union all
    select
        min(sessions.occurred_at) as first_at,
        max(sessions.occurred_at) as last_at
    from sessions
    union all
    select
        min(generations_submitted.occurred_at) as first_at,
        max(generations_submitted.occurred_at) as last_at
    from generations_submitted
    union all
    select
        min(generations_finished.occurred_at) as first_at,
        max(generations_finished.occurred_at) as last_at
    from generations_finished
    union all
    select
        min(subscription_terms.effective_at) as first_at,
        max(subscription_terms.occurred_at) as last_at
    from subscription_terms
    union all
    select
        min(
            least(
                payments.occurred_at,
                coalesce(payments.period_start_at, payments.occurred_at)
            )
        ) as first_at,
        max(payments.occurred_at) as last_at
    from payments
    union all
    select
        min(grants.occurred_at) as first_at,
        max(grants.occurred_at) as last_at
    from grants
),

-- From the first event to the last closed day, or to the last event if that is later.
final as (
    select
        {{ reporting_day('min(spans.first_at)') }} as first_day,
        greatest(
            {{ reporting_day('max(spans.last_at)') }}, {{ as_of() }}
        ) as last_day
    from spans
    having min(spans.first_at) is not null
)

select * from final
