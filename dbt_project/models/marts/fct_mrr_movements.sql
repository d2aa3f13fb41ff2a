with mrr_changes as (
    select * from {{ ref('fct_mrr_changes') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

-- Net over the period: what happened within it and was undone does not show.
account_periods as (
    select
        periods.grain,
        periods.period_start,
        mrr_changes.account_id,
        mrr_changes.region,
        min_by(mrr_changes.opening_micros, mrr_changes.changed_on) as opening_micros,
        max_by(mrr_changes.closing_micros, mrr_changes.changed_on) as closing_micros,
        min_by(mrr_changes.had_paid_before, mrr_changes.changed_on) as had_paid_before,
        cast(sum(mrr_changes.fx_micros) as bigint) as fx_micros
    from mrr_changes
    inner join periods
        on mrr_changes.changed_on = periods.date_day
    group by
        periods.grain,
        periods.period_start,
        mrr_changes.account_id,
        mrr_changes.region
),

-- The rate matters only to MRR that was there before and is there after.
split as (
    select
        account_periods.grain,
        account_periods.period_start,
        account_periods.account_id,
        account_periods.region,
        account_periods.opening_micros,
        account_periods.closing_micros,
        account_periods.had_paid_before,
        case
            when
                account_periods.opening_micros > 0
                and account_periods.closing_micros > 0
                then account_periods.fx_micros
            else 0
        end as fx_micros
    from account_periods
),

net as (
    select
        split.grain,
        split.period_start,
        split.account_id,
        split.region,
        split.opening_micros,
        split.closing_micros,
        split.had_paid_before,
        split.closing_micros - split.opening_micros - split.fx_micros as net_micros
    from split
),

movements as (
    select
        net.grain,
        net.period_start,
        net.account_id,
        net.region,
        case
            when net.opening_micros = 0 and net.had_paid_before then 'reactivation'
            when net.opening_micros = 0 then 'new'
            when net.closing_micros = 0 then 'churn'
            when net.net_micros > 0 then 'expansion'
            else 'contraction'
        end as movement,
        net.net_micros as amount_micros
    from net
    union all
    select
        split.grain,
        split.period_start,
        split.account_id,
        split.region,
        'fx' as movement,
        split.fx_micros as amount_micros
    from split
),

final as (
    select * from movements
    where amount_micros <> 0
)

select * from final
