with subscription_intervals as (
    select * from {{ ref('int_subscription_intervals') }}
),

account_days as (
    select * from {{ ref('int_mrr_account_days') }}
),

boundaries as (
    select
        subscription_intervals.account_id,
        subscription_intervals.region,
        subscription_intervals.segment,
        subscription_intervals.plan_id,
        subscription_intervals.started_on as changed_on,
        subscription_intervals.mrr_micros as change_micros,
        subscription_intervals.fx_micros,
        case
            when subscription_intervals.starts_by_merge
                then subscription_intervals.mrr_micros
            else 0
        end as merged_micros
    from subscription_intervals
    union all
    select
        subscription_intervals.account_id,
        subscription_intervals.region,
        subscription_intervals.segment,
        subscription_intervals.plan_id,
        subscription_intervals.ended_on as changed_on,
        -subscription_intervals.mrr_micros as change_micros,
        0 as fx_micros,
        case
            when subscription_intervals.end_cause = 'merge'
                then -subscription_intervals.mrr_micros
            else 0
        end as merged_micros
    from subscription_intervals
    where subscription_intervals.ended_on is not null
),

plan_days as (
    select
        boundaries.account_id,
        boundaries.region,
        boundaries.segment,
        boundaries.plan_id,
        boundaries.changed_on,
        cast(sum(boundaries.change_micros) as bigint) as change_micros,
        cast(sum(boundaries.fx_micros) as bigint) as fx_micros,
        cast(sum(boundaries.merged_micros) as bigint) as merged_micros
    from boundaries
    where boundaries.changed_on <= {{ as_of() }}
    group by
        boundaries.account_id,
        boundaries.region,
        boundaries.segment,
        boundaries.plan_id,
        boundaries.changed_on
),

final as (
    select
        plan_days.account_id,
        plan_days.region,
        plan_days.segment,
        plan_days.plan_id,
        plan_days.changed_on,
        plan_days.change_micros,
        plan_days.fx_micros,
        plan_days.merged_micros,
        account_days.opening_micros,
        account_days.closing_micros,
        account_days.had_paid_before,
        account_days.starts_pause,
        account_days.ends_pause,
        account_days.is_involuntary
    from plan_days
    inner join account_days
        on
            plan_days.account_id = account_days.account_id
            and plan_days.changed_on = account_days.changed_on
)

select * from final
where
    change_micros <> 0
    or fx_micros <> 0
    or merged_micros <> 0
