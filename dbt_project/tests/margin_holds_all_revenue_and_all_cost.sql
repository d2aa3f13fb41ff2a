-- Harm: an account in two segments doubles its cost, a job without account loses it;
-- the margin still looks plausible. Day and region must hold all revenue and all cost.
with margin_daily as (
    select * from {{ ref('fct_margin_daily') }}
),

revenue_daily as (
    select * from {{ ref('fct_revenue_daily') }}
),

generations_daily as (
    select * from {{ ref('fct_generations_daily') }}
),

differences as (
    select
        margin_daily.date_day,
        margin_daily.region,
        margin_daily.revenue_micros,
        margin_daily.cost_micros
    from margin_daily
    union all
    select
        revenue_daily.earned_on as date_day,
        revenue_daily.region,
        -revenue_daily.revenue_micros as revenue_micros,
        0 as cost_micros
    from revenue_daily
    union all
    select
        generations_daily.finished_on as date_day,
        generations_daily.region,
        0 as revenue_micros,
        -generations_daily.cost_micros as cost_micros
    from generations_daily
    where generations_daily.finished_on <= {{ as_of() }}
)

select
    differences.date_day,
    differences.region,
    sum(differences.revenue_micros) as revenue_micros,
    sum(differences.cost_micros) as cost_micros
from differences
group by differences.date_day, differences.region
having
    sum(differences.revenue_micros) <> 0
    or sum(differences.cost_micros) <> 0
