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
    select
        videos_downloaded.user_id,
        videos_downloaded.occurred_on as active_on,
        3 as step
    from videos_downloaded
    where
        not videos_downloaded.is_test
        and videos_downloaded.platform <> 'api'
    union all
    select
        videos_shared.user_id,
        videos_shared.occurred_on as active_on,
        3 as step
    from videos_shared
    where
        not videos_shared.is_test
        and videos_shared.platform <> 'api'
),

highest_steps as (
    select
        steps.user_id,
        steps.active_on,
        max(steps.step) as highest_step
    from steps
    where steps.user_id is not null
    group by steps.user_id, steps.active_on
),

rungs as (
    {% for rung in ['submitted', 'delivered', 'downloaded'] %}
    select
        {{ loop.index }} as step,
        '{{ rung }}' as rung
    {% if not loop.last %}
    union all
    {% endif %}
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
