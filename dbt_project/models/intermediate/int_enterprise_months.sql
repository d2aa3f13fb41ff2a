with contracts as (
    select * from {{ ref('int_contracts') }}
),

workspaces as (
    select * from {{ ref('stg_workspaces_created') }}
),

months as (
    {{ closed_months() }}
),

beginnings as (
    select
        contracts.account_id,
        contracts.starts_on as began_on
    from contracts
    union all
    select
        workspaces.account_id,
        workspaces.occurred_on as began_on
    from workspaces
    where
        workspaces.tier = 'enterprise'
        and not workspaces.is_test
),

final as (
    select distinct
        beginnings.account_id,
        months.month_start,
        months.last_day,
        months.state
    from beginnings
    inner join months
        on beginnings.began_on <= months.last_day
)

select * from final
