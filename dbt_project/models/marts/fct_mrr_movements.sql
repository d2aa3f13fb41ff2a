with mrr_periods as (
    select * from {{ ref('int_mrr_periods') }}
),

restatements as (
    select * from {{ ref('int_mrr_restatements') }}
),

named as (
    select
        mrr_periods.*,
        mrr_periods.change_micros - mrr_periods.fx_micros as net_micros,
        sum(mrr_periods.change_micros - mrr_periods.fx_micros) over account_period
            as account_net_micros,
        case
            when mrr_periods.opening_micros = 0 and mrr_periods.ends_pause then 'resume'
            when mrr_periods.opening_micros = 0 and mrr_periods.had_paid_before
                then 'reactivation'
            when mrr_periods.opening_micros = 0 then 'new'
            when mrr_periods.closing_micros = 0 and mrr_periods.starts_pause
                then 'pause'
            when mrr_periods.closing_micros = 0 then 'churn'
        end as start_or_end
    from mrr_periods
    window account_period as (
        partition by
            mrr_periods.grain, mrr_periods.period_start, mrr_periods.account_id
    )
),

-- Of an account that stays, the plan that moved most in its direction moved it.
ranked as (
    select
        named.*,
        row_number() over (
            partition by named.grain, named.period_start, named.account_id
            order by
                case
                    when named.account_net_micros < 0 then -named.net_micros
                    else named.net_micros
                end desc,
                named.plan_id
        ) as plan_rank
    from named
),

split as (
    select
        ranked.*,
        case
            when ranked.start_or_end is not null then ranked.net_micros
            when ranked.plan_rank = 1 then ranked.account_net_micros
            else 0
        end as moved_micros
    from ranked
),

movements as (
    select
        split.*,
        case
            when split.start_or_end is not null then split.start_or_end
            when split.account_net_micros > 0 then 'expansion'
            else 'contraction'
        end as movement,
        split.moved_micros as amount_micros
    from split
    union all
    select
        split.*,
        'transfer' as movement,
        split.net_micros - split.moved_micros as amount_micros
    from split
    union all
    select
        split.*,
        'fx' as movement,
        split.fx_micros as amount_micros
    from split
),

final as (
    select
        movements.grain,
        movements.period_start,
        movements.account_id,
        movements.region,
        movements.segment,
        movements.plan_id,
        movements.movement,
        movements.movement = 'churn' and movements.is_involuntary as is_involuntary,
        cast(movements.amount_micros as bigint) as amount_micros
    from movements
    where movements.amount_micros <> 0
    union all
    select
        restatements.grain,
        restatements.period_start,
        restatements.account_id,
        restatements.region,
        restatements.segment,
        restatements.plan_id,
        restatements.movement,
        restatements.is_involuntary,
        restatements.amount_micros
    from restatements
)

select * from final
