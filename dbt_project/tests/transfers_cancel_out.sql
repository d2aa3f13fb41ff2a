-- Harm: a plan change that takes from one plan more than it gives to the other invents
-- or loses revenue in every chart by plan. Transfers of an account, and of those merged
-- into it, sum to nothing.
with movements as (
    select * from {{ ref('fct_mrr_movements') }}
),

merges as (
    select * from {{ ref('int_merges') }}
),

transfers as (
    select
        movements.grain,
        movements.period_start,
        coalesce(merges.account_id, movements.account_id) as account_id,
        movements.amount_micros
    from movements
    left join merges
        on movements.account_id = merges.merged_account_id
    where movements.movement = 'transfer'
)

select
    transfers.grain,
    transfers.period_start,
    transfers.account_id,
    sum(transfers.amount_micros) as transfer_micros
from transfers
group by transfers.grain, transfers.period_start, transfers.account_id
having sum(transfers.amount_micros) <> 0
