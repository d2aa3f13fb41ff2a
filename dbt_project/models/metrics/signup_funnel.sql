with step_times as (
    select * from {{ ref('int_step_times') }}
),

cohorts as (
    select
        step_times.week_start,
        step_times.step,
        step_times.week_start + 6 + 30 <= {{ as_of() }} as is_mature,
        sum(step_times.reached_people) as reached_signups,
        sum(step_times.left_people) as all_signups
    from step_times
    group by step_times.week_start, step_times.step
),

-- A cohort whose last signup has not had its 30 days would look like a loss.
final as (
    select
        'week' as grain,
        cohorts.week_start as period_start,
        cohorts.step,
        case
            when cohorts.is_mature
                then
                    cast(cohorts.reached_signups as double)
                    / nullif(cohorts.all_signups, 0)
        end as value,
        case
            when cohorts.is_mature then cast(cohorts.reached_signups as bigint)
        end as numerator,
        case
            when cohorts.is_mature then cast(cohorts.all_signups as bigint)
        end as denominator,
        case when cohorts.is_mature then 'closed' else 'withheld' end as state
    from cohorts
)

select * from final
