with accounts as (
    select * from {{ ref('dim_accounts') }}
),

account_days as (
    select * from {{ ref('int_account_days') }}
),

first_payments as (
    select * from {{ ref('int_first_payments') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

free_costs as (
    select
        account_days.account_id,
        sum(account_days.cost_micros) as cost_micros
    from account_days
    inner join accounts
        on
            account_days.account_id = accounts.account_id
            and account_days.finished_on <= accounts.opened_on + 90
    where account_days.segment = 'free'
    group by account_days.account_id
),

openings as (
    select
        accounts.opened_on,
        accounts.region,
        coalesce(free_costs.cost_micros, 0) as cost_micros,
        case
            when first_payments.first_paid_on <= accounts.opened_on + 90 then 1
            else 0
        end as payers
    from accounts
    left join free_costs
        on accounts.account_id = free_costs.account_id
    left join first_payments
        on accounts.account_id = first_payments.account_id
    where
        not accounts.is_test
        and not accounts.is_bot
),

cohorts as (
    select
        periods.period_start,
        coalesce(openings.region, 'all') as region,
        sum(openings.cost_micros) as cost_micros,
        sum(openings.payers) as payers,
        case
            when periods.period_last_day + 90 <= {{ as_of() }} then 'closed'
            else 'provisional'
        end as state
    from openings
    inner join periods
        on openings.opened_on = periods.date_day
    where
        periods.grain = 'month'
        and periods.is_closed_day
    group by grouping sets (
        (periods.period_start, periods.period_last_day),
        (periods.period_start, periods.period_last_day, openings.region)
    )
),

readings as (
    select
        cohorts.period_start,
        cohorts.region,
        cast({{ usd('cohorts.cost_micros') }} as double) as numerator,
        cast(cohorts.payers as bigint) as denominator,
        case when cohorts.payers = 0 then 'withheld' else cohorts.state end as state
    from cohorts
),

final as (
    select
        'month' as grain,
        readings.period_start,
        readings.region,
        readings.numerator / nullif(readings.denominator, 0) as value,
        readings.numerator,
        readings.denominator,
        readings.state
    from readings
)

select * from final
