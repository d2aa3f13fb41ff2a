-- ARR by month, with the sample scaled up to the company
select
    period_start,
    value * (select sample_weight from meta.build) as arr_usd,
    state
from metrics.arr_runrate
where grain = 'month' and region = 'all' and segment = 'all' and plan = 'all'
order by period_start
