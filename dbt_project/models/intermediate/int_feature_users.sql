with generations as (
    select * from {{ ref('stg_generations_submitted') }}
),

-- By week and month at once: the months of a straddling week stay apart.
final as (
    select
        generations.user_id,
        generations.mode as feature,
        {{ week_start('generations.occurred_on') }} as week_start,
        {{ month_start('generations.occurred_on') }} as month_start,
        count(*) as generations
    from generations
    where
        not generations.is_test
        and generations.platform <> 'api'
        and generations.user_id is not null
    group by
        generations.user_id,
        generations.mode,
        {{ week_start('generations.occurred_on') }},
        {{ month_start('generations.occurred_on') }}
)

select * from final
