with grants as (
    select * from {{ ref('fct_paid_grants') }}
),

spent as (
    select * from {{ ref('stg_credits_spent') }}
),

refunded as (
    select * from {{ ref('stg_credits_refunded') }}
),

expired as (
    select * from {{ ref('stg_credits_expired') }}
),

-- At its end the rest of a grant is forfeited, whether or not an event says so.
uses as (
    select
        spent.grant_id,
        spent.occurred_on as used_on,
        spent.spent_credits as burnt_credits,
        0 as expired_credits
    from spent
    inner join grants
        on spent.grant_id = grants.grant_id
    union all
    select
        refunded.grant_id,
        refunded.occurred_on as used_on,
        -refunded.refunded_credits as burnt_credits,
        0 as expired_credits
    from refunded
    inner join grants
        on refunded.grant_id = grants.grant_id
    union all
    select
        expired.grant_id,
        expired.occurred_on as used_on,
        0 as burnt_credits,
        expired.expired_credits
    from expired
    inner join grants
        on expired.grant_id = grants.grant_id
    union all
    select
        grants.grant_id,
        grants.expires_on as used_on,
        0 as burnt_credits,
        grants.granted_credits as expired_credits
    from grants
    where grants.expires_on is not null
    union all
    select
        grants.grant_id,
        grants.granted_on as used_on,
        0 as burnt_credits,
        0 as expired_credits
    from grants
),

final as (
    select
        uses.grant_id,
        uses.used_on,
        cast(sum(uses.burnt_credits) as bigint) as burnt_credits,
        cast(sum(uses.burnt_credits + uses.expired_credits) as bigint) as used_credits
    from uses
    where uses.used_on <= {{ as_of() }}
    group by uses.grant_id, uses.used_on
)

select * from final
