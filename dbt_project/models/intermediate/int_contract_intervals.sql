with terms as (
    select * from {{ ref('int_subscription_terms') }}
),

accounts as (
    select * from {{ ref('dim_accounts') }}
),

contracts as (
    select * from {{ ref('int_contracts') }}
),

plans as (
    select * from {{ ref('plans') }}
),

rates as (
    select * from {{ ref('int_fx_rates') }}
),

-- Terms are contracted when they are signed, or when they hold if that is earlier.
known as (
    select
        terms.*,
        least(terms.occurred_at, terms.effective_at) as known_at
    from terms
),

ordered as (
    select
        known.*,
        max(known.effective_at) over (
            partition by known.subscription_id
            order by known.known_at, known.effective_at, known.event_id
            rows between unbounded preceding and 1 preceding
        ) as latest_effective_at
    from known
),

-- Of what is known, the terms that hold last are what the customer has agreed to.
agreed as (
    select
        ordered.*,
        {{ reporting_day('ordered.known_at') }} as started_on,
        {{ reporting_day('lead(ordered.known_at) over agreements') }} as ended_on
    from ordered
    where
        ordered.latest_effective_at is null
        or ordered.effective_at >= ordered.latest_effective_at
    window agreements as (
        partition by ordered.subscription_id
        order by ordered.known_at, ordered.effective_at, ordered.event_id
    )
),

subscriptions as (
    select
        agreed.subscription_id,
        agreed.account_id,
        coalesce(accounts.region, 'unknown') as region,
        coalesce(plans.segment, 'unknown') as segment,
        agreed.plan_id,
        agreed.started_on,
        agreed.ended_on,
        {{ usd_micros(
            'agreed.price_minor',
            'rates.micros_per_minor',
            'rates.units_per_usd',
            'agreed.interval_months'
        ) }} as mrr_micros
    from agreed
    left join rates
        on
            agreed.currency = rates.currency
            and {{ reporting_day('agreed.effective_at') }} >= rates.valid_from
            and (
                rates.valid_to is null
                or {{ reporting_day('agreed.effective_at') }} < rates.valid_to
            )
    left join accounts
        on agreed.account_id = accounts.account_id
    left join plans
        on agreed.plan_id = plans.plan_id
    where
        not agreed.is_end
        and (agreed.ended_on is null or agreed.started_on < agreed.ended_on)
),

-- A contract is agreed from its signature to its end, whenever it starts.
final as (
    select * from subscriptions
    union all
    select
        contracts.contract_id as subscription_id,
        contracts.account_id,
        contracts.region,
        'enterprise' as segment,
        'contract' as plan_id,
        contracts.agreed_on as started_on,
        contracts.ends_on as ended_on,
        contracts.mrr_micros
    from contracts
)

select * from final
