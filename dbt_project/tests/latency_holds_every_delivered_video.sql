-- Harm: jobs lost or doubled on the way to their audience shift every quantile, and a
-- quantile never looks wrong.
with latency_seconds as (
    select * from {{ ref('int_latency_seconds') }}
),

generations_daily as (
    select * from {{ ref('fct_generations_daily') }}
),

timed as (
    select
        latency_seconds.month_start,
        latency_seconds.mode,
        sum(latency_seconds.generations) as generations
    from latency_seconds
    group by latency_seconds.month_start, latency_seconds.mode
),

delivered as (
    select
        {{ month_start('generations_daily.finished_on') }} as month_start,
        generations_daily.mode,
        sum(generations_daily.generations) as generations
    from generations_daily
    where
        generations_daily.status = 'succeeded'
        and generations_daily.finished_on <= {{ as_of() }}
    group by
        {{ month_start('generations_daily.finished_on') }},
        generations_daily.mode
)

select
    delivered.month_start,
    delivered.mode,
    delivered.generations,
    timed.generations as timed_generations
from delivered
left join timed
    on
        delivered.month_start = timed.month_start
        and delivered.mode = timed.mode
where delivered.generations is distinct from timed.generations
