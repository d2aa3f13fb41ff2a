with granted as (
    select * from {{ ref('stg_credits_granted') }}
),

spent as (
    select * from {{ ref('stg_credits_spent') }}
),

refunded as (
    select * from {{ ref('stg_credits_refunded') }}
),

grants as (
    select
        granted.grant_id,
        max(granted.account_id) as account_id,
        max(granted.granted_credits) as granted_credits
    from granted
    where not granted.is_test
    group by granted.grant_id
),

touched_grants as (
    select * from grants
    {{ where_touched('account_id') }}
),

spending as (
    select
        spent.grant_id,
        sum(spent.spent_credits) as spent_credits,
        max(spent.spent_credits) as dearest_credits,
        max(spent.occurred_at) as last_spent_at
    from spent
    inner join touched_grants
        on spent.grant_id = touched_grants.grant_id
    group by spent.grant_id
),

refunds as (
    select
        refunded.grant_id,
        sum(refunded.refunded_credits) as refunded_credits
    from refunded
    inner join touched_grants
        on refunded.grant_id = touched_grants.grant_id
    group by refunded.grant_id
),

-- Used up: the rest could not pay the dearest job again.
final as (
    select
        touched_grants.account_id,
        touched_grants.grant_id,
        spending.last_spent_at as used_up_at
    from touched_grants
    inner join spending
        on touched_grants.grant_id = spending.grant_id
    left join refunds
        on touched_grants.grant_id = refunds.grant_id
    where
        touched_grants.granted_credits
        - spending.spent_credits
        + coalesce(refunds.refunded_credits, 0)
        < spending.dearest_credits
)

select * from final
{{ and_untouched('account_id') }}
