-- Harm: a plan change that takes from one plan more than it gives to the other invents
-- or loses revenue in every chart by plan. Transfers of an account sum to nothing.
with movements as (
    select * from {{ ref('fct_mrr_movements') }}
)

select
    movements.grain,
    movements.period_start,
    movements.account_id,
    sum(movements.amount_micros) as transfer_micros
from movements
where movements.movement = 'transfer'
group by movements.grain, movements.period_start, movements.account_id
having sum(movements.amount_micros) <> 0
