with subscription_intervals as (
    select * from {{ ref('int_subscription_intervals') }}
),

policies as (
    select * from {{ ref('int_policies') }}
),

boundaries as (
    select
        subscription_intervals.account_id,
        subscription_intervals.started_on as changed_on,
        subscription_intervals.mrr_micros as change_micros,
        cast(null as string) as end_cause,
        0 as is_enterprise
    from subscription_intervals
    where subscription_intervals.started_on <= {{ as_of() }}
    union all
    select
        subscription_intervals.account_id,
        subscription_intervals.ended_on as changed_on,
        -subscription_intervals.mrr_micros as change_micros,
        subscription_intervals.end_cause,
        case when subscription_intervals.segment = 'enterprise' then 1 else 0 end
            as is_enterprise
    from subscription_intervals
    where subscription_intervals.ended_on <= {{ as_of() }}
),

account_days as (
    select
        boundaries.account_id,
        boundaries.changed_on,
        cast(sum(boundaries.change_micros) as bigint) as change_micros,
        max(case when boundaries.end_cause = 'involuntary' then 1 else 0 end)
            as is_involuntary,
        max(case when boundaries.end_cause = 'pause' then 1 else 0 end) as is_paused,
        max(boundaries.is_enterprise) as is_enterprise
    from boundaries
    group by boundaries.account_id, boundaries.changed_on
),

balances as (
    select
        account_days.*,
        cast(
            sum(account_days.change_micros) over (
                partition by account_days.account_id
                order by account_days.changed_on
                rows between unbounded preceding and current row
            ) as bigint
        ) as closing_micros
    from account_days
),

-- Days between the loss of the last subscription and the next one, seen from both.
lapses as (
    select
        balances.account_id,
        balances.changed_on,
        case
            when balances.closing_micros = 0
                then
                    {{ days_between(
                        'balances.changed_on',
                        'lead(balances.changed_on) over account_changes'
                    ) }}
        end as lapse_after,
        case
            when balances.closing_micros = balances.change_micros
                then
                    {{ days_between(
                        'lag(balances.changed_on) over account_changes',
                        'balances.changed_on'
                    ) }}
        end as lapse_before,
        balances.is_enterprise,
        lag(balances.is_enterprise) over account_changes as was_enterprise,
        lag(balances.is_paused) over account_changes as was_paused
    from balances
    where balances.change_micros <> 0
    window account_changes as (
        partition by balances.account_id
        order by balances.changed_on
    )
),

final as (
    select
        balances.account_id,
        balances.changed_on,
        balances.closing_micros - balances.change_micros as opening_micros,
        balances.closing_micros,
        balances.is_involuntary = 1 as is_involuntary,
        lapses.lapse_before is not null as had_paid_before,
        coalesce(
            lapses.was_paused = 1
            or lapses.lapse_before <= case
                when lapses.was_enterprise = 1
                    then policies.enterprise_reactivation_days
                else policies.reactivation_days
            end, false
        ) as ends_pause,
        coalesce(
            (balances.closing_micros = 0 and balances.is_paused = 1)
            or lapses.lapse_after <= case
                when lapses.is_enterprise = 1
                    then policies.enterprise_reactivation_days
                else policies.reactivation_days
            end, false
        ) as starts_pause
    from balances
    left join lapses
        on
            balances.account_id = lapses.account_id
            and balances.changed_on = lapses.changed_on
    cross join policies
)

select * from final
