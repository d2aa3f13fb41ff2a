with mrr_movements as (
    select * from {{ ref('fct_mrr_movements') }}
),

final as (
    select
        mrr_movements.period_start,
        coalesce(mrr_movements.region, 'all') as region,
        sum(case when mrr_movements.movement = 'churn' then 1 else 0 end)
            as churned_accounts,
        cast(
            sum(
                case
                    when
                        mrr_movements.movement
                        in ('new', 'expansion', 'reactivation')
                        then mrr_movements.amount_micros
                    else 0
                end
            ) as bigint
        ) as gained_micros,
        cast(
            -sum(
                case
                    when mrr_movements.movement in ('contraction', 'churn')
                        then mrr_movements.amount_micros
                    else 0
                end
            ) as bigint
        ) as lost_micros
    from mrr_movements
    where mrr_movements.grain = 'month'
    group by grouping sets (
        (mrr_movements.period_start),
        (mrr_movements.period_start, mrr_movements.region)
    )
)

select * from final
