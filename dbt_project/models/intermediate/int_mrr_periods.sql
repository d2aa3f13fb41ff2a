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
        min_by(mrr_changes.opening_micros, mrr_changes.changed_on) as opening_micros,
        max_by(mrr_changes.closing_micros, mrr_changes.changed_on) as closing_micros,
        min_by(mrr_changes.had_paid_before, mrr_changes.changed_on) as had_paid_before,
        min_by(mrr_changes.ends_pause, mrr_changes.changed_on) as ends_pause,
        max_by(mrr_changes.starts_pause, mrr_changes.changed_on) as starts_pause,
        max_by(mrr_changes.is_involuntary, mrr_changes.changed_on) as is_involuntary
    from mrr_changes
    inner join periods
        on mrr_changes.changed_on = periods.date_day
    group by periods.grain, periods.period_start, mrr_changes.account_id
),

plan_periods as (
    select
        periods.grain,
        periods.period_start,
        mrr_changes.account_id,
        mrr_changes.region,
        mrr_changes.segment,
        mrr_changes.plan_id,
        cast(sum(mrr_changes.change_micros) as bigint) as change_micros,
        cast(sum(mrr_changes.fx_micros) as bigint) as fx_micros,
        cast(sum(mrr_changes.merged_micros) as bigint) as merged_micros
    from mrr_changes
    inner join periods
        on mrr_changes.changed_on = periods.date_day
    group by
        periods.grain,
        periods.period_start,
        mrr_changes.account_id,
        mrr_changes.region,
        mrr_changes.segment,
        mrr_changes.plan_id
),

-- The rate matters only to MRR that was there before and is there after.
final as (
    select
        plan_periods.grain,
        plan_periods.period_start,
        plan_periods.account_id,
        plan_periods.region,
        plan_periods.segment,
        plan_periods.plan_id,
        account_periods.opening_micros,
        account_periods.closing_micros,
        account_periods.had_paid_before,
        account_periods.ends_pause,
        account_periods.starts_pause,
        account_periods.is_involuntary,
        plan_periods.change_micros,
        case
            when
                account_periods.opening_micros > 0
                and account_periods.closing_micros > 0
                then plan_periods.fx_micros
            else 0
        end as fx_micros,
        plan_periods.merged_micros
    from plan_periods
    inner join account_periods
        on
            plan_periods.grain = account_periods.grain
            and plan_periods.period_start = account_periods.period_start
            and plan_periods.account_id = account_periods.account_id
)

select * from final
