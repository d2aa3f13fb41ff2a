with ledger as (
    select * from {{ ref('fct_credit_ledger_daily') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

grant_types as (
    select
        ledger.grant_type,
        min(ledger.entry_day) as first_day
    from ledger
    group by ledger.grant_type
),

days as (
    select
        periods.date_day,
        grant_types.grant_type
    from periods
    inner join grant_types
        on periods.date_day >= grant_types.first_day
    where
        periods.grain = 'day'
        and periods.is_closed_day
),

changes as (
    select
        ledger.entry_day,
        ledger.grant_type,
        sum(ledger.credits) as credits
    from ledger
    where ledger.ledger_account = 'wallets'
    group by ledger.entry_day, ledger.grant_type
),

balances as (
    select
        days.date_day,
        days.grant_type,
        sum(coalesce(changes.credits, 0)) over (
            partition by days.grant_type
            order by days.date_day
            rows between unbounded preceding and current row
        ) as credits
    from days
    left join changes
        on
            days.date_day = changes.entry_day
            and days.grant_type = changes.grant_type
),

cells as (
    select
        periods.grain,
        periods.period_start,
        periods.state,
        balances.grant_type,
        balances.credits
    from balances
    inner join periods
        on balances.date_day = periods.date_day
    where
        periods.grain in ('day', 'month')
        and periods.is_closing_day
),

slices as (
    {{ sums_by_slice(['grant_type'], ['credits']) }}
),

final as (
    select
        slices.grain,
        slices.period_start,
        slices.grant_type,
        cast(slices.credits as bigint) as value,
        cast(null as bigint) as numerator,
        cast(null as bigint) as denominator,
        slices.state
    from slices
)

select * from final
