with subscription_intervals as (
    select * from {{ ref('int_subscription_intervals') }}
),

boundaries as (
    select
        subscription_intervals.account_id,
        subscription_intervals.region,
        subscription_intervals.started_on as changed_on,
        subscription_intervals.mrr_micros as change_micros,
        subscription_intervals.fx_micros
    from subscription_intervals
    union all
    select
        subscription_intervals.account_id,
        subscription_intervals.region,
        subscription_intervals.ended_on as changed_on,
        -subscription_intervals.mrr_micros as change_micros,
        0 as fx_micros
    from subscription_intervals
    where subscription_intervals.ended_on <= {{ as_of() }}
),

account_days as (
    select
        boundaries.account_id,
        boundaries.region,
        boundaries.changed_on,
        cast(sum(boundaries.change_micros) as bigint) as change_micros,
        cast(sum(boundaries.fx_micros) as bigint) as fx_micros
    from boundaries
    where boundaries.changed_on <= {{ as_of() }}
    group by boundaries.account_id, boundaries.region, boundaries.changed_on
),

balances as (
    select
        account_days.account_id,
        account_days.region,
        account_days.changed_on,
        account_days.change_micros,
        account_days.fx_micros,
        cast(
            sum(account_days.change_micros) over (
                partition by account_days.account_id
                order by account_days.changed_on
                rows between unbounded preceding and current row
            ) as bigint
        ) as closing_micros
    from account_days
),

final as (
    select
        balances.account_id,
        balances.region,
        balances.changed_on,
        balances.closing_micros - balances.change_micros as opening_micros,
        balances.change_micros,
        balances.fx_micros,
        balances.closing_micros,
        coalesce(
            max(balances.closing_micros) over (
                partition by balances.account_id
                order by balances.changed_on
                rows between unbounded preceding and 1 preceding
            ) > 0,
            false
        ) as had_paid_before
    from balances
)

select * from final
where change_micros <> 0 or fx_micros <> 0
