with account_months as (
    select * from {{ ref('int_enterprise_months') }}
),

seat_intervals as (
    select * from {{ ref('int_seat_intervals') }}
),

contract_months as (
    select * from {{ ref('int_contract_months') }}
),

account_days as (
    select * from {{ ref('int_account_days') }}
),

margins as (
    select * from {{ ref('fct_account_margin_monthly') }}
),

accounts as (
    select * from {{ ref('dim_accounts') }}
),

seats as (
    select
        account_months.account_id,
        account_months.month_start,
        sum(seat_intervals.seats) as seats
    from account_months
    inner join seat_intervals
        on
            account_months.account_id = seat_intervals.account_id
            and account_months.last_day >= seat_intervals.started_on
            and (
                seat_intervals.ended_on is null
                or account_months.last_day < seat_intervals.ended_on
            )
    group by account_months.account_id, account_months.month_start
),

uses as (
    select
        account_months.account_id,
        account_months.month_start,
        sum(account_days.generations) as generations,
        sum(account_days.delivered_ms) as delivered_ms
    from account_months
    inner join account_days
        on
            account_months.account_id = account_days.account_id
            and account_months.month_start <= account_days.finished_on
            and account_months.last_day >= account_days.finished_on
    group by account_months.account_id, account_months.month_start
),

-- At the mean rate of the term so far; no century is waited for.
forecasts as (
    select
        contract_months.*,
        contract_months.starts_on + cast(
            least(
                {{ divide_whole(
                    '(contract_months.committed_micros'
                    ~ ' * contract_months.elapsed_days - 1)',
                    'contract_months.burnt_micros'
                ) }}, 36500
            ) as int
        ) as used_up_on
    from contract_months
),

final as (
    select
        account_months.account_id,
        account_months.month_start,
        account_months.state,
        coalesce(accounts.region, 'unknown') as region,
        cast(coalesce(seats.seats, forecasts.seats, 0) as bigint) as seats,
        cast(coalesce(uses.generations, 0) as bigint) as generations,
        cast(coalesce(uses.delivered_ms, 0) as bigint) as delivered_ms,
        coalesce(margins.revenue_micros, 0) as revenue_micros,
        coalesce(margins.cost_micros, 0) as cost_micros,
        forecasts.contract_id,
        forecasts.starts_on as contract_starts_on,
        forecasts.ends_on as renews_on,
        forecasts.is_renewed,
        forecasts.committed_micros,
        forecasts.burnt_micros,
        greatest(forecasts.committed_micros - forecasts.burnt_micros, 0)
            as left_micros,
        case
            when
                forecasts.burnt_micros < forecasts.committed_micros
                and forecasts.used_up_on < forecasts.ends_on
                then forecasts.used_up_on
        end as runs_out_on
    from account_months
    left join seats
        on
            account_months.account_id = seats.account_id
            and account_months.month_start = seats.month_start
    left join uses
        on
            account_months.account_id = uses.account_id
            and account_months.month_start = uses.month_start
    left join margins
        on
            account_months.account_id = margins.account_id
            and account_months.month_start = margins.month_start
    left join forecasts
        on
            account_months.account_id = forecasts.account_id
            and account_months.month_start = forecasts.month_start
    left join accounts
        on account_months.account_id = accounts.account_id
)

select * from final
