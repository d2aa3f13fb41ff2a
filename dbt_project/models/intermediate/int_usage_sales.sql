with payments as (
    select * from {{ ref('fct_payments') }}
),

contracts as (
    select * from {{ ref('int_contracts') }}
),

months as (
    {{ closed_months() }}
),

sales as (
    select
        payments.account_id,
        months.month_start,
        payments.region,
        payments.plan_id,
        sum(payments.amount_micros) as sold_micros
    from payments
    inner join months
        on
            payments.paid_on >= months.first_day
            and payments.paid_on <= months.last_day
    where payments.kind in ('usage', 'api_package')
    group by
        payments.account_id,
        months.month_start,
        payments.region,
        payments.plan_id
),

-- What contracts commit for the month, by the days on which they are in force.
commitments as (
    select
        contracts.account_id,
        months.month_start,
        sum(
            {{ divide_whole(
                'contracts.mrr_micros * '
                ~ days_between(
                    'greatest(contracts.starts_on, months.first_day)',
                    'least(contracts.ends_on, months.last_day + 1)'
                ),
                '(' ~ days_between('months.first_day', 'months.last_day') ~ ' + 1)'
            ) }}
        ) as committed_micros
    from contracts
    inner join months
        on
            contracts.starts_on <= months.last_day
            and contracts.ends_on > months.first_day
    group by contracts.account_id, months.month_start
),

-- Packages meet the commitment first, usage billed the rest of it.
running as (
    select
        sales.account_id,
        sales.month_start,
        sales.region,
        sales.plan_id,
        sales.sold_micros,
        sum(sales.sold_micros) over (
            partition by sales.account_id, sales.month_start
            order by sales.plan_id
            rows between unbounded preceding and current row
        ) - coalesce(commitments.committed_micros, 0) as beyond_so_far_micros
    from sales
    left join commitments
        on
            sales.account_id = commitments.account_id
            and sales.month_start = commitments.month_start
),

final as (
    select
        running.account_id,
        running.month_start,
        running.region,
        running.plan_id,
        cast(running.sold_micros as bigint) as sold_micros,
        cast(
            greatest(least(running.beyond_so_far_micros, running.sold_micros), 0)
            as bigint
        ) as beyond_micros
    from running
)

select * from final
