with generations as (
    select * from {{ ref('stg_generations_submitted') }}
),

final as (
    select
        generations.generation_id,
        coalesce(
            lead(generations.occurred_at) over (
                partition by generations.account_id, generations.prompt_sha256
                order by generations.occurred_at, generations.generation_id
            ) <= generations.occurred_at + interval '1' day,
            false
        ) as is_repeated
    from generations
    where
        generations.prompt_sha256 is not null
        and not generations.is_test
)

select * from final
