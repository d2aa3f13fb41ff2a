with generations as (
    select * from {{ ref('stg_generations_submitted') }}
),

-- By week and month at once: the months of a straddling week stay apart.
final as (
    select distinct
        generations.user_id,
        generations.mode as feature,
        {{ week_start('generations.occurred_on') }} as week_start,
        {{ month_start('generations.occurred_on') }} as month_start
    from generations
    where
        not generations.is_test
        and generations.platform <> 'api'
        and generations.user_id is not null
)

select * from final
