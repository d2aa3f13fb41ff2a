with generations as (
    select * from {{ ref('stg_generations_finished') }}
),

accounts as (
    select * from {{ ref('dim_accounts') }}
),

final as (
    select
        cast(generations.occurred_at as date) as finished_on,
        coalesce(accounts.region, 'unknown') as region,
        generations.model_id,
        generations.mode,
        generations.status,
        count(*) as generations,
        cast(sum(generations.delivered_ms) as bigint) as delivered_ms,
        cast(sum(generations.cost_micros) as bigint) as cost_micros
    from generations
    left join accounts
        on generations.account_id = accounts.account_id
    where
        not generations.is_test
        and not coalesce(accounts.is_bot, false)
    group by
        cast(generations.occurred_at as date),
        coalesce(accounts.region, 'unknown'),
        generations.model_id,
        generations.mode,
        generations.status
)

select * from final
