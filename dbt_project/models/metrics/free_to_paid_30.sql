with signups as (
    select * from {{ ref('int_signup_conversions') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

cohorts as (
    select
        periods.grain,
        periods.period_start,
        periods.period_last_day,
        coalesce(signups.region, 'all') as region,
        sum(case when signups.has_paid_within_30_days then 1 else 0 end)
            as paid_signups,
        count(*) as all_signups
    from signups
    inner join periods
        on signups.registered_on = periods.date_day
    where
        periods.grain in ('week', 'month')
        and periods.is_closed_day
    group by grouping sets (
        (periods.grain, periods.period_start, periods.period_last_day),
        (
            periods.grain,
            periods.period_start,
            periods.period_last_day,
            signups.region
        )
    )
),

-- The last signup of a cohort has had its thirty days when the cohort is mature.
final as (
    select
        cohorts.grain,
        cohorts.period_start,
        cohorts.region,
        cast(cohorts.paid_signups as double)
        / nullif(cohorts.all_signups, 0) as value,
        cast(cohorts.paid_signups as bigint) as numerator,
        cast(cohorts.all_signups as bigint) as denominator,
        case
            when cohorts.period_last_day + 30 <= {{ as_of() }} then 'closed'
            else 'provisional'
        end as state
    from cohorts
)

select * from final
