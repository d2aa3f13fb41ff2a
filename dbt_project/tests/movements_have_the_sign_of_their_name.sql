-- Harm: a churn that adds revenue, or an expansion that takes it, turns the story of a
-- month around while the sums still hold.
with movements as (
    select * from {{ ref('fct_mrr_movements') }}
)

select
    movements.grain,
    movements.period_start,
    movements.account_id,
    movements.movement,
    movements.amount_micros
from movements
where
    (
        movements.movement in ('new', 'reactivation', 'expansion', 'resume')
        and movements.amount_micros <= 0
    )
    or (
        movements.movement in ('churn', 'contraction', 'pause')
        and movements.amount_micros >= 0
    )
