with contracts as (
    select * from {{ ref('int_contracts') }}
),

payments as (
    select * from {{ ref('fct_payments') }}
),

refunds as (
    select * from {{ ref('fct_refunds') }}
),

months as (
    {{ closed_months() }}
),

-- Of several contracts in force at the close, the one that began last.
in_force as (
    select
        months.month_start,
        months.last_day,
        contracts.*,
        {{ days_between('contracts.starts_on', 'months.last_day') }} + 1
            as elapsed_days
    from contracts
    inner join months
        on
            contracts.starts_on <= months.last_day
            and contracts.ends_on > months.last_day
    qualify row_number() over (
            partition by contracts.account_id, months.month_start
            order by contracts.starts_on desc, contracts.contract_id desc
        ) = 1
),

spending as (
    select
        payments.account_id,
        payments.paid_on as spent_on,
        payments.amount_micros
    from payments
    union all
    select
        refunds.account_id,
        refunds.refunded_on as spent_on,
        -refunds.amount_micros as amount_micros
    from refunds
),

burnt as (
    select
        in_force.contract_id,
        in_force.month_start,
        sum(spending.amount_micros) as burnt_micros
    from in_force
    inner join spending
        on
            in_force.account_id = spending.account_id
            and in_force.starts_on <= spending.spent_on
            and in_force.last_day >= spending.spent_on
    group by in_force.contract_id, in_force.month_start
),

renewals as (
    select
        in_force.contract_id,
        in_force.month_start,
        count(*) as contracts
    from in_force
    inner join contracts
        on
            in_force.account_id = contracts.account_id
            and in_force.ends_on < contracts.ends_on
            and in_force.last_day >= contracts.agreed_on
    group by in_force.contract_id, in_force.month_start
),

final as (
    select
        in_force.account_id,
        in_force.month_start,
        in_force.last_day,
        in_force.contract_id,
        in_force.region,
        in_force.seats,
        in_force.starts_on,
        in_force.ends_on,
        renewals.contracts is not null as is_renewed,
        in_force.elapsed_days,
        in_force.committed_micros,
        cast(greatest(coalesce(burnt.burnt_micros, 0), 0) as bigint) as burnt_micros
    from in_force
    left join burnt
        on
            in_force.contract_id = burnt.contract_id
            and in_force.month_start = burnt.month_start
    left join renewals
        on
            in_force.contract_id = renewals.contract_id
            and in_force.month_start = renewals.month_start
)

select * from final
