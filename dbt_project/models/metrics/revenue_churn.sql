with openings as (
    select * from {{ ref('int_monthly_openings') }}
),

movements as (
    select * from {{ ref('int_monthly_movements') }}
),

-- Every cause in every month, so that none without churn goes missing.
causes as (
    select 'all' as cause
    union all
    select 'voluntary' as cause
    union all
    select 'involuntary' as cause
    union all
    select 'downgrade' as cause
),

readings as (
    select
        openings.period_start,
        openings.region,
        causes.cause,
        cast({{ usd('coalesce(movements.lost_micros, 0)') }} as double) as numerator,
        cast({{ usd('openings.opening_micros') }} as double) as denominator,
        openings.state
    from openings
    cross join causes
    left join movements
        on
            openings.period_start = movements.period_start
            and openings.region = movements.region
            and causes.cause = movements.cause
),

final as (
    select
        'month' as grain,
        readings.period_start,
        readings.region,
        readings.cause,
        readings.numerator / nullif(readings.denominator, 0) as value,
        readings.numerator,
        readings.denominator,
        readings.state
    from readings
)

select * from final
