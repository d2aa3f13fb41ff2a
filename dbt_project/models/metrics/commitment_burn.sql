with contract_months as (
    select * from {{ ref('int_contract_months') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

-- Who has spent more has used up the commitment, and makes up for nobody else's.
cells as (
    select
        periods.grain,
        periods.period_start,
        periods.state,
        contract_months.region,
        least(contract_months.burnt_micros, contract_months.committed_micros)
            as burnt_micros,
        contract_months.committed_micros
    from contract_months
    inner join periods
        on contract_months.month_start = periods.date_day
    where periods.grain = 'month'
),

slices as (
    {{ sums_by_slice(['region'], ['burnt_micros', 'committed_micros']) }}
),

final as (
    {{ usd_ratio_values('burnt_micros', 'committed_micros', ['region']) }}
)

select * from final
