with cohorts as (
    select * from {{ ref('int_retention_cohorts') }}
),

mrr_daily as (
    select * from {{ ref('fct_mrr_daily') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

-- Every month that has MRR, so that a month without a base shows as withheld.
cells as (
    select
        periods.period_start,
        periods.state,
        coalesce(mrr_daily.region, 'all') as region
    from mrr_daily
    inner join periods
        on mrr_daily.date_day = periods.date_day
    where
        periods.grain = 'month'
        and periods.is_closing_day
    group by grouping sets (
        (periods.period_start, periods.state),
        (periods.period_start, periods.state, mrr_daily.region)
    )
),

sums as (
    select
        cohorts.period_start,
        coalesce(cohorts.region, 'all') as region,
        count(*) as base_accounts,
        sum(cohorts.base_micros) as base_micros,
        sum(cohorts.closing_micros) as closing_micros,
        sum(least(cohorts.base_micros, cohorts.closing_micros)) as kept_micros,
        sum(cohorts.base_booked_micros) as base_booked_micros,
        sum(cohorts.closing_booked_micros) as closing_booked_micros,
        sum(least(cohorts.base_booked_micros, cohorts.closing_booked_micros))
            as kept_booked_micros
    from cohorts
    group by grouping sets (
        (cohorts.period_start),
        (cohorts.period_start, cohorts.region)
    )
),

final as (
    select
        cells.period_start,
        cells.region,
        sums.base_accounts,
        cast(sums.base_micros as bigint) as base_micros,
        cast(sums.closing_micros as bigint) as closing_micros,
        cast(sums.kept_micros as bigint) as kept_micros,
        cast(sums.base_booked_micros as bigint) as base_booked_micros,
        cast(sums.closing_booked_micros as bigint) as closing_booked_micros,
        cast(sums.kept_booked_micros as bigint) as kept_booked_micros,
        case when sums.base_micros > 0 then cells.state else 'withheld' end as state
    from cells
    left join sums
        on
            cells.period_start = sums.period_start
            and cells.region = sums.region
)

select * from final
