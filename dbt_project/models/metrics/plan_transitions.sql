with account_months as (
    select * from {{ ref('int_account_months') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

-- The plan at a month's close is the plan that the next month opens with.
ends as (
    select
        account_months.period_start,
        account_months.account_id,
        'none' as from_plan,
        account_months.plan_id as to_plan
    from account_months
    where account_months.mrr_micros > 0
    union all
    select
        {{ next_month('account_months.period_start') }} as period_start,
        account_months.account_id,
        account_months.plan_id as from_plan,
        'none' as to_plan
    from account_months
    where account_months.mrr_micros > 0
),

moves as (
    select
        ends.period_start,
        ends.account_id,
        coalesce(
            max(case when ends.from_plan <> 'none' then ends.from_plan end), 'none'
        ) as from_plan,
        coalesce(
            max(case when ends.to_plan <> 'none' then ends.to_plan end), 'none'
        ) as to_plan
    from ends
    group by ends.period_start, ends.account_id
),

cells as (
    select
        periods.grain,
        periods.period_start,
        periods.state,
        moves.from_plan,
        moves.to_plan,
        1 as accounts
    from moves
    inner join periods
        on moves.period_start = periods.period_start
    where
        periods.grain = 'month'
        and periods.is_closing_day
),

slices as (
    {{ sums_by_slice(['to_plan'], ['accounts'], across='from_plan') }}
),

final as (
    select
        slices.grain,
        slices.period_start,
        slices.from_plan,
        slices.to_plan,
        cast(slices.accounts as bigint) as value,
        cast(null as bigint) as numerator,
        cast(null as bigint) as denominator,
        slices.state
    from slices
)

select * from final
