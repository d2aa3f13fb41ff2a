with generations as (
    select * from {{ ref('stg_generations_submitted') }}
    {{ where_touched('user_id') }}
),

users as (
    select * from {{ ref('dim_users') }}
    {{ where_touched('user_id') }}
),

bots as (
    select * from {{ ref('int_bots') }}
),

merges as (
    select * from {{ ref('int_merges') }}
),

-- By week and month at once: the months of a straddling week stay apart.
final as (
    select
        coalesce(merges.user_id, generations.user_id) as user_id,
        coalesce(users.region, 'unknown') as region,
        generations.mode as feature,
        {{ week_start('generations.occurred_on') }} as week_start,
        {{ month_start('generations.occurred_on') }} as month_start,
        min(generations.occurred_at) as first_used_at,
        count(*) as generations
    from generations
    left join bots
        on generations.user_id = bots.user_id
    left join merges
        on
            generations.user_id = merges.merged_user_id
            and generations.occurred_on >= merges.merged_on
    left join users
        on coalesce(merges.user_id, generations.user_id) = users.user_id
    where
        bots.user_id is null
        and not generations.is_test
        and generations.platform <> 'api'
        and generations.user_id is not null
    group by
        coalesce(merges.user_id, generations.user_id),
        coalesce(users.region, 'unknown'),
        generations.mode,
        {{ week_start('generations.occurred_on') }},
        {{ month_start('generations.occurred_on') }}
)

select * from final
{{ and_untouched('user_id') }}
