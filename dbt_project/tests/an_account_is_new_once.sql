-- Harm: a returning customer counted as new a second time flatters acquisition.
with movements as (
    select * from {{ ref('fct_mrr_movements') }}
)

select
    movements.grain,
    movements.account_id,
    count(distinct movements.period_start) as times
from movements
where movements.movement = 'new'
group by movements.grain, movements.account_id
having count(distinct movements.period_start) > 1
