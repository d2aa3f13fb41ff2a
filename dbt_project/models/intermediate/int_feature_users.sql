with generations as (
    select * from {{ ref('stg_generations_submitted') }}
),

bots as (
    select * from {{ ref('int_bots') }}
),

-- By week and month at once: the months of a straddling week stay apart.
final as (
    select distinct
        generations.user_id,
        generations.mode as feature,
        {{ week_start('generations.occurred_at') }} as week_start,
        {{ month_start('generations.occurred_at') }} as month_start
    from generations
    left join bots
        on generations.user_id = bots.user_id
    where
        bots.user_id is null
        and not generations.is_test
        and generations.platform <> 'api'
        and generations.user_id is not null
)

select * from final
