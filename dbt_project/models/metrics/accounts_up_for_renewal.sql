with contract_months as (
    select * from {{ ref('int_contract_months') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

cells as (
    select
        periods.grain,
        periods.period_start,
        periods.state,
        contract_months.region,
        case
            when
                contract_months.ends_on <= contract_months.last_day + 90
                and not contract_months.is_renewed
                then 1
            else 0
        end as accounts
    from contract_months
    inner join periods
        on contract_months.month_start = periods.date_day
    where periods.grain = 'month'
),

slices as (
    {{ sums_by_slice(['region'], ['accounts']) }}
),

final as (
    select
        slices.grain,
        slices.period_start,
        slices.region,
        cast(slices.accounts as bigint) as value,
        cast(null as bigint) as numerator,
        cast(null as bigint) as denominator,
        slices.state
    from slices
)

select * from final
