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
        spent.spent_credits as used_credits
    from spent
    inner join grants
        on spent.grant_id = grants.grant_id
    union all
    select
        refunded.grant_id,
        refunded.occurred_on as used_on,
        -refunded.refunded_credits as used_credits
    from refunded
    inner join grants
        on refunded.grant_id = grants.grant_id
    union all
    select
        expired.grant_id,
        expired.occurred_on as used_on,
        expired.expired_credits as used_credits
    from expired
    inner join grants
        on expired.grant_id = grants.grant_id
    union all
    select
        grants.grant_id,
        grants.expires_on as used_on,
        grants.granted_credits as used_credits
    from grants
    where grants.expires_on is not null
),

final as (
    select
        uses.grant_id,
        uses.used_on,
        cast(sum(uses.used_credits) as bigint) as used_credits
    from uses
    where uses.used_on <= {{ as_of() }}
    group by uses.grant_id, uses.used_on
)

select * from final
