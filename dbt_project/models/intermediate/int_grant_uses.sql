with granted as (
    select * from {{ ref('stg_credits_granted') }}
),

spent as (
    select * from {{ ref('stg_credits_spent') }}
),

refunded as (
    select * from {{ ref('stg_credits_refunded') }}
),

accounts as (
    select * from {{ ref('dim_accounts') }}
),

grants as (
    select
        granted.grant_id,
        max(granted.account_id) as account_id,
        max(granted.grant_type) as grant_type,
        max(granted.granted_credits) as granted_credits,
        min(granted.occurred_at) as granted_at,
        min(granted.expires_at) as expires_at
    from granted
    left join accounts
        on granted.account_id = accounts.account_id
    where
        not granted.is_test
        and not coalesce(accounts.is_bot, false)
    group by granted.grant_id
),

spending as (
    select
        spent.grant_id,
        sum(spent.spent_credits) as spent_credits,
        max(spent.spent_credits) as dearest_credits,
        min(spent.occurred_at) as first_spent_at,
        max(spent.occurred_at) as last_spent_at
    from spent
    group by spent.grant_id
),

refunds as (
    select
        refunded.grant_id,
        sum(refunded.refunded_credits) as refunded_credits
    from refunded
    group by refunded.grant_id
),

-- Used up: the rest could not pay the dearest job again.
final as (
    select
        grants.account_id,
        grants.grant_id,
        grants.grant_type,
        grants.granted_at,
        grants.expires_at,
        spending.first_spent_at,
        spending.last_spent_at,
        case
            when
                grants.granted_credits
                - spending.spent_credits
                + coalesce(refunds.refunded_credits, 0)
                < spending.dearest_credits
                then spending.last_spent_at
        end as used_up_at
    from grants
    left join spending
        on grants.grant_id = spending.grant_id
    left join refunds
        on grants.grant_id = refunds.grant_id
)

select * from final
