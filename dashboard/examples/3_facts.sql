-- Generations by model and how they ended, by month
select
    date_trunc('month', finished_on)::date as month,
    model_id,
    status,
    sum(generations) as generations,
    sum(delivered_ms) / 1000 as delivered_seconds
from marts.fct_generations_daily
group by all
order by month, model_id, status
