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

final as (
    {{ usd_ratio_values(
        'consideration_micros', 'granted_credits', ['region', 'plan'], of_things=true
    ) }}
)

select * from final
