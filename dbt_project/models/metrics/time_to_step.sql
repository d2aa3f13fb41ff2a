with step_times as (
    select * from {{ ref('int_step_times') }}
),

at_risk as (
    select
        step_times.week_start,
        step_times.step,
        step_times.hours,
        step_times.reached_signups,
        sum(step_times.left_signups) over (
            partition by step_times.week_start, step_times.step
            order by step_times.hours desc
            rows between unbounded preceding and current row
        ) as waiting_signups
    from step_times
),

-- Kaplan and Meier: the share still waiting is the product of (1 - reached / waiting).
survival as (
    select
        at_risk.week_start,
        at_risk.step,
        at_risk.hours,
        sum(
            case
                when at_risk.reached_signups = at_risk.waiting_signups then -1000.0
                else
                    ln(
                        1 - cast(at_risk.reached_signups as double)
                        / nullif(at_risk.waiting_signups, 0)
                    )
            end
        ) over (
            partition by at_risk.week_start, at_risk.step
            order by at_risk.hours
            rows between unbounded preceding and current row
        ) as log_waiting
    from at_risk
),

-- The engines' last digits differ, so half is half and a billionth.
medians as (
    select
        survival.week_start,
        survival.step,
        min(
            case
                when survival.log_waiting <= ln(0.5) + 0.000000001 then survival.hours
            end
        ) as median_hours
    from survival
    group by survival.week_start, survival.step
),

cohorts as (
    select
        step_times.week_start,
        step_times.step,
        sum(step_times.reached_signups) as reached_signups,
        sum(step_times.left_signups) as all_signups
    from step_times
    group by step_times.week_start, step_times.step
),

final as (
    select
        'week' as grain,
        cohorts.week_start as period_start,
        cohorts.step,
        cast(medians.median_hours as double) as value,
        cast(cohorts.reached_signups as bigint) as numerator,
        cast(cohorts.all_signups as bigint) as denominator,
        case
            when medians.median_hours is null then 'withheld'
            when cohorts.week_start + 6 + 30 <= {{ as_of() }} then 'closed'
            else 'provisional'
        end as state
    from cohorts
    inner join medians
        on
            cohorts.week_start = medians.week_start
            and cohorts.step = medians.step
)

select * from final
