{#- How long people take who may never get there: counts by hour, and their median. -#}

{#- From the CTE `watched`, one row per person, week_start and key with the hours of
    watching and those until the goal: how many left the count in each hour, and how many
    of them because they reached it. -#}
{%- macro hours_until(key) -%}
ends as (
    select
        watched.week_start,
        watched.{{ key }},
        coalesce(watched.reached_hours <= watched.watched_hours, false) as is_reached,
        case
            when watched.reached_hours <= watched.watched_hours
                then watched.reached_hours
            else watched.watched_hours
        end as hours
    from watched
),

final as (
    select
        ends.week_start,
        ends.{{ key }},
        ends.hours,
        count(*) as left_people,
        cast(
            sum(case when ends.is_reached then 1 else 0 end) as bigint
        ) as reached_people
    from ends
    group by ends.week_start, ends.{{ key }}, ends.hours
)

select * from final
{%- endmacro -%}

{#- Median hours until the goal after a model of `hours_until`, by week and key. -#}
{%- macro median_hours(model, key) -%}
with times as (
    select * from {{ ref(model) }}
),

at_risk as (
    select
        times.week_start,
        times.{{ key }},
        times.hours,
        times.reached_people,
        sum(times.left_people) over (
            partition by times.week_start, times.{{ key }}
            order by times.hours desc
            rows between unbounded preceding and current row
        ) as waiting_people
    from times
),

-- Kaplan and Meier: the share still waiting is the product of (1 - reached / waiting).
survival as (
    select
        at_risk.week_start,
        at_risk.{{ key }},
        at_risk.hours,
        sum(
            case
                when at_risk.reached_people = at_risk.waiting_people then -1000.0
                else
                    ln(
                        1 - cast(at_risk.reached_people as double)
                        / nullif(at_risk.waiting_people, 0)
                    )
            end
        ) over (
            partition by at_risk.week_start, at_risk.{{ key }}
            order by at_risk.hours
            rows between unbounded preceding and current row
        ) as log_waiting
    from at_risk
),

-- The engines' last digits differ, so half is half and a billionth.
medians as (
    select
        survival.week_start,
        survival.{{ key }},
        min(
            case
                when survival.log_waiting <= ln(0.5) + 0.000000001 then survival.hours
            end
        ) as median_hours
    from survival
    group by survival.week_start, survival.{{ key }}
),

cohorts as (
    select
        times.week_start,
        times.{{ key }},
        sum(times.reached_people) as reached_people,
        sum(times.left_people) as all_people
    from times
    group by times.week_start, times.{{ key }}
),

final as (
    select
        'week' as grain,
        cohorts.week_start as period_start,
        cohorts.{{ key }},
        cast(medians.median_hours as double) as value,
        cast(cohorts.reached_people as bigint) as numerator,
        cast(cohorts.all_people as bigint) as denominator,
        case
            when medians.median_hours is null then 'withheld'
            when cohorts.week_start + 6 + 30 <= {{ as_of() }} then 'closed'
            else 'provisional'
        end as state
    from cohorts
    inner join medians
        on
            cohorts.week_start = medians.week_start
            and cohorts.{{ key }} = medians.{{ key }}
)

select * from final
{%- endmacro -%}
