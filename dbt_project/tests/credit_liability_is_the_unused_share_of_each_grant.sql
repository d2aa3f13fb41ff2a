-- Harm: a liability that drifts from the ledger hides revenue not yet earned. On the
-- last closed day it is worked out again, grant by grant, from the credits left.
with grants as (
    select * from {{ ref('fct_paid_grants') }}
),

grant_burn as (
    select * from {{ ref('int_grant_burn') }}
),

liability_daily as (
    select * from {{ ref('fct_credit_liability_daily') }}
),

burnt as (
    select
        grant_burn.grant_id,
        cast(sum(grant_burn.used_credits) as bigint) as used_credits
    from grant_burn
    group by grant_burn.grant_id
),

unearned as (
    select
        grants.region,
        grants.segment,
        grants.plan_id,
        grants.consideration_micros - (
            {{ earned_share(
                'grants.consideration_micros',
                'least(greatest(coalesce(burnt.used_credits, 0), 0),'
                ~ ' grants.earning_credits)',
                'grants.earning_credits'
            ) }}
        ) as unearned_micros
    from grants
    left join burnt
        on grants.grant_id = burnt.grant_id
    where grants.granted_on <= {{ as_of() }}
),

differences as (
    select
        unearned.region,
        unearned.segment,
        unearned.plan_id,
        unearned.unearned_micros as difference_micros
    from unearned
    union all
    select
        liability_daily.region,
        liability_daily.segment,
        liability_daily.plan_id,
        -liability_daily.liability_micros as difference_micros
    from liability_daily
    where liability_daily.date_day = {{ as_of() }}
)

select
    differences.region,
    differences.segment,
    differences.plan_id,
    sum(differences.difference_micros) as difference_micros
from differences
group by differences.region, differences.segment, differences.plan_id
having sum(differences.difference_micros) <> 0
