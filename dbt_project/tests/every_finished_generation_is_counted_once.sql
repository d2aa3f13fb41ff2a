-- Harm: the join that brings the region can double jobs, and with them cost and videos.
with generations as (
    select * from {{ ref('stg_generations_finished') }}
),

generations_daily as (
    select * from {{ ref('fct_generations_daily') }}
),

received as (
    select count(*) as generations
    from generations
    where not generations.is_test
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
