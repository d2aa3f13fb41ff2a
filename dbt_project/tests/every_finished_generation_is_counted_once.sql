-- Harm: the join that brings the region can double jobs, and with them cost and videos.
with generations as (
    select * from {{ ref('stg_generations_finished') }}
),

accounts as (
    select * from {{ ref('dim_accounts') }}
),

generations_daily as (
    select * from {{ ref('fct_generations_daily') }}
),

received as (
    select count(*) as generations
    from generations
    left join accounts
        on generations.account_id = accounts.account_id
    where
        not generations.is_test
        and not coalesce(accounts.is_bot, false)
),

kept as (
    select coalesce(sum(generations_daily.generations), 0) as generations
    from generations_daily
)

select
    received.generations,
    kept.generations as kept_generations
from received
cross join kept
where received.generations <> kept.generations
