with account_revenue as (
    select * from {{ ref('int_account_revenue') }}
),

account_days as (
    select * from {{ ref('int_account_days') }}
),

payments as (
    select * from {{ ref('fct_payments') }}
),

refunds as (
    select * from {{ ref('fct_refunds') }}
),

accounts as (
    select * from {{ ref('dim_accounts') }}
),

parts as (
    select
        account_revenue.account_id,
        account_revenue.month_start,
        account_revenue.revenue_micros,
        0 as cost_micros,
        0 as fee_micros
    from account_revenue
    union all
    select
        account_days.account_id,
        {{ month_start('account_days.finished_on') }} as month_start,
        0 as revenue_micros,
        account_days.cost_micros,
        0 as fee_micros
    from account_days
    {% for charged, day in [('payments', 'paid_on'), ('refunds', 'refunded_on')] %}
    union all
    select
        {{ charged }}.account_id,
        {{ month_start(charged ~ '.' ~ day) }} as month_start,
        0 as revenue_micros,
        0 as cost_micros,
        {{ charged }}.fee_micros
    from {{ charged }}
    where {{ charged }}.{{ day }} <= {{ as_of() }}
    {% endfor %}
),

monthly as (
    select
        parts.account_id,
        parts.month_start,
        cast(sum(parts.revenue_micros) as bigint) as revenue_micros,
        cast(sum(parts.cost_micros) as bigint) as cost_micros,
        cast(sum(parts.fee_micros) as bigint) as fee_micros
    from parts
    group by parts.account_id, parts.month_start
),

final as (
    select
        monthly.account_id,
        monthly.month_start,
        coalesce(accounts.region, 'unknown') as region,
        coalesce(
            cast({{ month_start('accounts.opened_on') }} as string), 'unknown'
        ) as cohort,
        monthly.revenue_micros,
        monthly.cost_micros,
        monthly.fee_micros
    from monthly
    left join accounts
        on monthly.account_id = accounts.account_id
)

select * from final
