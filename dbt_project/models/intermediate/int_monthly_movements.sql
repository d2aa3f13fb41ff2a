with mrr_movements as (
    select * from {{ ref('fct_mrr_movements') }}
),

months as (
    select
        mrr_movements.period_start,
        mrr_movements.account_id,
        mrr_movements.region,
        mrr_movements.movement,
        mrr_movements.amount_micros,
        case
            when mrr_movements.movement = 'contraction' then 'downgrade'
            when mrr_movements.movement <> 'churn' then 'none'
            when mrr_movements.is_involuntary then 'involuntary'
            else 'voluntary'
        end as cause
    from mrr_movements
    where mrr_movements.grain = 'month'
),

final as (
    select
        months.period_start,
        coalesce(months.region, 'all') as region,
        coalesce(months.cause, 'all') as cause,
        count(distinct case when months.movement = 'churn' then months.account_id end)
            as churned_accounts,
        cast(
            sum(
                case
                    when
                        months.movement
                        in ('new', 'expansion', 'reactivation')
                        then months.amount_micros
                    else 0
                end
            ) as bigint
        ) as gained_micros,
        cast(
            -sum(
                case
                    when months.movement in ('contraction', 'churn')
                        then months.amount_micros
                    else 0
                end
            ) as bigint
        ) as lost_micros
    from months
    group by grouping sets (
        (months.period_start),
        (months.period_start, months.region),
        (months.period_start, months.cause),
        (months.period_start, months.region, months.cause)
    )
)

select * from final
