-- Harm: an explanation of another change than the one that happened. All effects of a
-- month are the change of MRR in its movements, manual adjustments apart.
with effects as (
    select * from {{ ref('mrr_change_effects') }}
),

movements as (
    select * from {{ ref('mrr_movements') }}
),

changes as (
    select
        movements.period_start,
        sum(movements.value) as value
    from movements
    where
        movements.grain = 'month'
        and movements.movement not in ('all', 'restatement')
        and movements.region = 'all'
        and movements.segment = 'all'
        and movements.plan = 'all'
    group by movements.period_start
)

select
    effects.period_start,
    effects.value,
    changes.value as change_of_mrr
from effects
full outer join changes
    on effects.period_start = changes.period_start
where
    coalesce(effects.effect, 'all') = 'all'
    and coalesce(effects.value, 0) <> coalesce(changes.value, 0)
