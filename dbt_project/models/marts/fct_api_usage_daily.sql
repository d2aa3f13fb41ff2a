with generations as (
    select * from {{ ref('stg_generations_finished') }}
),

submitted as (
    select * from {{ ref('stg_generations_submitted') }}
),

accounts as (
    select * from {{ ref('dim_accounts') }}
),

-- The request names the key; what came of it names the request.
keys as (
    select
        submitted.generation_id,
        submitted.api_key_id
    from submitted
    where
        submitted.platform = 'api'
        and submitted.api_key_id is not null
),

final as (
    select
        generations.account_id,
        generations.occurred_on as finished_on,
        coalesce(accounts.region, 'unknown') as region,
        generations.model_id,
        coalesce(keys.api_key_id, 'unknown') as api_key_id,
        count(*) as calls,
        cast(
            sum(case when generations.status = 'succeeded' then 0 else 1 end) as bigint
        ) as errors,
        cast(
            sum(
                case
                    when generations.status = 'succeeded'
                        then generations.queue_ms + generations.run_ms
                    else 0
                end
            ) as bigint
        ) as latency_ms,
        cast(
            max(
                case
                    when generations.status = 'succeeded'
                        then generations.queue_ms + generations.run_ms
                    else 0
                end
            ) as bigint
        ) as slowest_ms,
        cast(sum(generations.delivered_ms) as bigint) as delivered_ms,
        cast(sum(generations.charged_credits) as bigint) as charged_credits,
        cast(sum(generations.cost_micros) as bigint) as cost_micros
    from generations
    left join keys
        on generations.generation_id = keys.generation_id
    left join accounts
        on generations.account_id = accounts.account_id
    where
        generations.platform = 'api'
        and not generations.is_test
    group by
        generations.account_id,
        generations.occurred_on,
        coalesce(accounts.region, 'unknown'),
        generations.model_id,
        coalesce(keys.api_key_id, 'unknown')
)

select * from final
