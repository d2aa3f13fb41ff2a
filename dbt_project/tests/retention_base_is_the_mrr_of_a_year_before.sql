-- Harm: customers missing from the base flatter retention, and nobody misses them. At
-- booked rates the base of every month and region is that day's MRR, to the micro.
with cohorts as (
    select * from {{ ref('int_retention_cohorts') }}
),

mrr_daily as (
    select * from {{ ref('fct_mrr_daily') }}
),

bases as (
    select
        cohorts.base_day,
        cohorts.region,
        sum(cohorts.base_booked_micros) as base_micros
    from cohorts
    group by cohorts.base_day, cohorts.region
),

base_days as (
    select distinct cohorts.base_day
    from cohorts
),

closings as (
    select
        mrr_daily.date_day,
        mrr_daily.region,
        sum(mrr_daily.mrr_micros) as mrr_micros
    from mrr_daily
    inner join base_days
        on mrr_daily.date_day = base_days.base_day
    group by mrr_daily.date_day, mrr_daily.region
)

select
    closings.date_day,
    closings.region,
    closings.mrr_micros,
    bases.base_micros
from closings
full outer join bases
    on
        closings.date_day = bases.base_day
        and closings.region = bases.region
where coalesce(closings.mrr_micros, 0) <> coalesce(bases.base_micros, 0)
