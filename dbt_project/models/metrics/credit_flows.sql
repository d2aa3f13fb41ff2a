with ledger as (
    select * from {{ ref('fct_credit_ledger_daily') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

cells as (
    select
        periods.grain,
        periods.period_start,
        periods.state,
        ledger.kind,
        ledger.grant_type,
        ledger.credits
    from ledger
    inner join periods
        on ledger.entry_day = periods.date_day
    where
        ledger.ledger_account = 'wallets'
        and periods.grain in ('day', 'month')
        and periods.is_closed_day
),

slices as (
    {{ sums_by_slice(['grant_type'], ['credits'], across='kind') }}
),

final as (
    select
        slices.grain,
        slices.period_start,
        slices.kind,
        slices.grant_type,
        cast(slices.credits as bigint) as value,
        cast(null as bigint) as numerator,
        cast(null as bigint) as denominator,
        slices.state
    from slices
)

select * from final
