with generations as (
    select * from {{ ref('stg_generations_finished') }}
),

accounts as (
    select * from {{ ref('dim_accounts') }}
),

-- By account first: millions of jobs become a row per account, day and model.
account_days as (
    select
        cast(generations.occurred_at as date) as finished_on,
        generations.account_id,
        generations.model_id,
        generations.mode,
        generations.status,
        count(*) as generations,
        sum(generations.delivered_ms) as delivered_ms,
        sum(generations.cost_micros) as cost_micros
    from generations
    where not generations.is_test
    group by
        cast(generations.occurred_at as date),
        generations.account_id,
        generations.model_id,
        generations.mode,
        generations.status
),

final as (
    select
        account_days.finished_on,
        coalesce(accounts.region, 'unknown') as region,
        account_days.model_id,
        account_days.mode,
        account_days.status,
        cast(sum(account_days.generations) as bigint) as generations,
        cast(sum(account_days.delivered_ms) as bigint) as delivered_ms,
        cast(sum(account_days.cost_micros) as bigint) as cost_micros
    from account_days
    left join accounts
        on account_days.account_id = accounts.account_id
    group by
        account_days.finished_on,
        coalesce(accounts.region, 'unknown'),
        account_days.model_id,
        account_days.mode,
        account_days.status
)

select * from final
