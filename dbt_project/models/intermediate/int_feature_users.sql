with generations as (
    select * from {{ ref('stg_generations_submitted') }}
),

final as (
    select distinct
        generations.user_id,
        generations.mode as feature,
        cast(generations.occurred_at as date) as used_on
    from generations
    where
        not generations.is_test
        and generations.platform <> 'api'
        and generations.user_id is not null
)

select * from final
