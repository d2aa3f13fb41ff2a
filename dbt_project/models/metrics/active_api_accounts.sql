with generations as (
    select * from {{ ref('stg_generations_submitted') }}
),

accounts as (
    select * from {{ ref('dim_accounts') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

account_days as (
    select distinct
        generations.account_id,
        generations.occurred_on
    from generations
    where
        generations.platform = 'api'
        and not generations.is_test
),

placed as (
    select
        account_days.account_id,
        account_days.occurred_on,
        coalesce(accounts.region, 'unknown') as region
    from account_days
    left join accounts
        on account_days.account_id = accounts.account_id
),

final as (
    select
        periods.grain,
        periods.period_start,
        coalesce(placed.region, 'all') as region,
        count(distinct placed.account_id) as value,
        cast(null as bigint) as numerator,
        cast(null as bigint) as denominator,
        periods.state
    from placed
    inner join periods
        on placed.occurred_on = periods.date_day
    group by grouping sets (
        (periods.grain, periods.period_start, periods.state),
        (periods.grain, periods.period_start, periods.state, placed.region)
    )
)

select * from final
