with grants as (
    select * from {{ ref('fct_paid_grants') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

cells as (
    select
        periods.grain,
        periods.period_start,
        periods.state,
        grants.region,
        grants.plan_id as plan,
        grants.consideration_micros,
        grants.granted_credits
    from grants
    inner join periods
        on grants.granted_on = periods.date_day
    where
        periods.grain = 'month'
        and periods.is_closed_day
),

slices as (
    {{ sums_by_slice(
        ['region', 'plan'], ['consideration_micros', 'granted_credits']
    ) }}
),

readings as (
    select
        slices.grain,
        slices.period_start,
        slices.region,
        slices.plan,
        cast({{ usd('slices.consideration_micros') }} as double) as numerator,
        cast(slices.granted_credits as double) as denominator,
        slices.state
    from slices
),

final as (
    select
        readings.grain,
        readings.period_start,
        readings.region,
        readings.plan,
        readings.numerator / nullif(readings.denominator, 0) as value,
        readings.numerator,
        readings.denominator,
        readings.state
    from readings
)

select * from final
