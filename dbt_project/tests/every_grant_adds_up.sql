-- Harm: credits burnt twice, refunded twice or kept after their end are video given
-- away or money taken. Of every grant: granted = burnt + expired + balance, none
-- negative, and nothing is left once the grant has expired.
with grants as (
    select * from {{ ref('stg_credits_granted') }}
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

entries as (
    select
        grants.grant_id,
        grants.granted_credits,
        0 as burnt_credits,
        0 as expired_credits
    from grants
    union all
    select
        spent.grant_id,
        0 as granted_credits,
        spent.spent_credits as burnt_credits,
        0 as expired_credits
    from spent
    union all
    select
        refunded.grant_id,
        0 as granted_credits,
        -refunded.refunded_credits as burnt_credits,
        0 as expired_credits
    from refunded
    union all
    select
        expired.grant_id,
        0 as granted_credits,
        0 as burnt_credits,
        expired.expired_credits
    from expired
),

ledger as (
    select
        entries.grant_id,
        sum(entries.granted_credits) as granted_credits,
        sum(entries.burnt_credits) as burnt_credits,
        sum(entries.expired_credits) as expired_credits
    from entries
    group by entries.grant_id
)

-- What was spent of a grant that is not in the lake cannot be judged.
select
    ledger.grant_id,
    ledger.granted_credits,
    ledger.burnt_credits,
    ledger.expired_credits,
    ledger.granted_credits
    - ledger.burnt_credits
    - ledger.expired_credits as balance_credits
from ledger
where
    ledger.granted_credits > 0
    and (
        ledger.burnt_credits < 0
        or ledger.granted_credits < ledger.burnt_credits + ledger.expired_credits
        or (
            ledger.expired_credits > 0
            and ledger.granted_credits
            <> ledger.burnt_credits + ledger.expired_credits
        )
    )
