with returns as (
    select * from {{ ref('int_signup_returns') }}
),

cohorts as (
    select
        {{ week_start('returns.registered_on') }} as week_start,
        returns.measure,
        returns.last_offset,
        sum(returns.returned) as returned,
        sum(returns.signups) as signups
    from returns
    group by
        {{ week_start('returns.registered_on') }},
        returns.measure,
        returns.last_offset
),

-- Until Sunday's signups have had their days, the cohort is short of them.
final as (
    select
        'week' as grain,
        cohorts.week_start as period_start,
        cohorts.measure,
        cast(cohorts.returned as double) / nullif(cohorts.signups, 0) as value,
        cast(cohorts.returned as bigint) as numerator,
        cast(cohorts.signups as bigint) as denominator,
        case
            when cohorts.week_start + 6 + cohorts.last_offset <= {{ as_of() }}
                then 'closed'
            else 'provisional'
        end as state
    from cohorts
)

select * from final
