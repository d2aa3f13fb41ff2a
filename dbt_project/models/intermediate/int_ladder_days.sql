with user_days as (
    select * from {{ ref('int_user_days') }}
    {{ where_touched('user_id') }}
),

generations_submitted as (
    select * from {{ ref('stg_generations_submitted') }}
    {{ where_touched('user_id') }}
),

generations_finished as (
    select * from {{ ref('stg_generations_finished') }}
    {{ where_touched('user_id') }}
),

videos_downloaded as (
    select * from {{ ref('stg_videos_downloaded') }}
    {{ where_touched('user_id') }}
),

videos_shared as (
    select * from {{ ref('stg_videos_shared') }}
    {{ where_touched('user_id') }}
),

merges as (
    select * from {{ ref('int_merges') }}
),

steps as (
    select
        generations_submitted.user_id,
        generations_submitted.occurred_on as active_on,
        1 as step
    from generations_submitted
    where
        not generations_submitted.is_test
        and generations_submitted.platform <> 'api'
    union all
    select
        generations_finished.user_id,
        generations_finished.occurred_on as active_on,
        2 as step
    from generations_finished
    where
        generations_finished.status = 'succeeded'
        and not generations_finished.is_test
        and generations_finished.platform <> 'api'
    union all
    {% for kept in ['videos_downloaded', 'videos_shared'] %}
    select
        {{ kept }}.user_id,
        {{ kept }}.occurred_on as active_on,
        3 as step
    from {{ kept }}
    where
        not {{ kept }}.is_test
        and {{ kept }}.platform <> 'api'
    {{ '' if loop.last else 'union all' }}
    {% endfor %}
),

highest_steps as (
    select
        coalesce(merges.user_id, steps.user_id) as user_id,
        steps.active_on,
        max(steps.step) as highest_step
    from steps
    left join merges
        on
            steps.user_id = merges.merged_user_id
            and steps.active_on >= merges.merged_on
    where steps.user_id is not null
    group by coalesce(merges.user_id, steps.user_id), steps.active_on
),

rungs as (
    {% for rung in ['submitted', 'delivered', 'downloaded'] %}
    select
        {{ loop.index }} as step,
        '{{ rung }}' as rung
    {{ '' if loop.last else 'union all' }}
    {% endfor %}
),

-- Only days on which the person was there; the highest rung stands for all below it.
ladder_days as (
    select
        user_days.user_id,
        user_days.region,
        user_days.active_on,
        rungs.rung
    from user_days
    inner join highest_steps
        on
            user_days.user_id = highest_steps.user_id
            and user_days.active_on = highest_steps.active_on
    inner join rungs
        on highest_steps.highest_step >= rungs.step
),

final as (
    select
        ladder_days.user_id,
        ladder_days.region,
        ladder_days.rung,
        ladder_days.active_on,
        {{ days_between(
            'ladder_days.active_on',
            'lead(ladder_days.active_on) over (
                partition by ladder_days.user_id, ladder_days.rung
                order by ladder_days.active_on
            )'
        ) }} as days_to_next
    from ladder_days
)

select * from final
{{ and_untouched('user_id') }}
