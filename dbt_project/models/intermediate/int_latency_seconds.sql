with finished as (
    select * from {{ ref('stg_generations_finished') }}
),

account_days as (
    select * from {{ ref('int_account_days') }}
),

-- From the request to the video in seconds, a begun second counted.
jobs as (
    select
        finished.account_id,
        finished.occurred_on,
        finished.mode,
        finished.platform = 'api' as is_api,
        cast(ceil((finished.queue_ms + finished.run_ms) / 1000) as int) as seconds
    from finished
    where
        finished.status = 'succeeded'
        and not finished.is_test
        and finished.occurred_on <= {{ as_of() }}
),

final as (
    select
        {{ week_start('jobs.occurred_on') }} as week_start,
        {{ month_start('jobs.occurred_on') }} as month_start,
        jobs.mode,
        account_days.region,
        case
            when jobs.is_api then 'api'
            when account_days.segment = 'free' then 'free'
            else 'paid'
        end as audience,
        jobs.seconds,
        count(*) as generations
    from jobs
    inner join account_days
        on
            jobs.account_id = account_days.account_id
            and jobs.occurred_on = account_days.finished_on
    group by
        {{ week_start('jobs.occurred_on') }},
        {{ month_start('jobs.occurred_on') }},
        jobs.mode,
        account_days.region,
        case
            when jobs.is_api then 'api'
            when account_days.segment = 'free' then 'free'
            else 'paid'
        end,
        jobs.seconds
)

select * from final
