with accounts as (
    select * from {{ ref('dim_accounts') }}
),

account_spending as (
    select * from {{ ref('int_account_spending') }}
),

first_payments as (
    select * from {{ ref('int_first_payments') }}
),

months as (
    select distinct
        periods.period_start as month_start,
        periods.state
    from {{ ref('dim_periods') }} as periods
    where
        periods.grain = 'month'
        and periods.is_closed_day
),

cohorts as (
    select
        {{ month_start('accounts.opened_on') }} as cohort_month,
        count(*) as accounts
    from accounts
    where
        not accounts.is_test
        and not accounts.is_bot
        and accounts.opened_on <= {{ as_of() }}
    group by {{ month_start('accounts.opened_on') }}
),

activity as (
    select
        {{ month_start('accounts.opened_on') }} as cohort_month,
        account_spending.month_start,
        sum(account_spending.net_micros) as net_micros,
        sum(account_spending.spent_credits) as spent_credits,
        sum(case when account_spending.spent_credits > 0 then 1 else 0 end) as spenders
    from accounts
    inner join account_spending
        on accounts.account_id = account_spending.account_id
    where
        not accounts.is_test
        and not accounts.is_bot
    group by {{ month_start('accounts.opened_on') }}, account_spending.month_start
),

new_payers as (
    select
        {{ month_start('accounts.opened_on') }} as cohort_month,
        {{ month_start('first_payments.first_paid_on') }} as month_start,
        count(*) as payers
    from accounts
    inner join first_payments
        on accounts.account_id = first_payments.account_id
    where
        not accounts.is_test
        and not accounts.is_bot
    group by
        {{ month_start('accounts.opened_on') }},
        {{ month_start('first_payments.first_paid_on') }}
),

grid as (
    select
        cohorts.cohort_month,
        cohorts.accounts,
        months.month_start,
        months.state,
        12 * (
            extract(year from months.month_start)
            - extract(year from cohorts.cohort_month)
        )
        + extract(month from months.month_start)
        - extract(month from cohorts.cohort_month) as months_since
    from cohorts
    inner join months
        on cohorts.cohort_month <= months.month_start
),

final as (
    select
        grid.cohort_month,
        cast(grid.months_since as int) as months_since,
        grid.state,
        grid.accounts,
        cast(
            sum(coalesce(new_payers.payers, 0)) over cohort_so_far as bigint
        ) as payers,
        cast(
            sum(coalesce(activity.net_micros, 0)) over cohort_so_far as bigint
        ) as net_micros,
        cast(coalesce(activity.spent_credits, 0) as bigint) as spent_credits,
        cast(coalesce(activity.spenders, 0) as bigint) as spenders
    from grid
    left join activity
        on
            grid.cohort_month = activity.cohort_month
            and grid.month_start = activity.month_start
    left join new_payers
        on
            grid.cohort_month = new_payers.cohort_month
            and grid.month_start = new_payers.month_start
    window cohort_so_far as (
        partition by grid.cohort_month
        order by grid.month_start
        rows between unbounded preceding and current row
    )
)

select * from final
