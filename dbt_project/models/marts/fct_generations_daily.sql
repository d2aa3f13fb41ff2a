with generations as (
    select * from {{ ref('stg_generations_finished') }}
),

accounts as (
    select * from {{ ref('dim_accounts') }}
),

account_days as (
    select * from {{ ref('int_account_days') }}
),

kept_videos as (
    select * from {{ ref('int_kept_videos') }}
),

prompts as (
    select * from {{ ref('int_repeated_prompts') }}
),

-- Seven days to keep a video: what is kept later changes nothing any more.
jobs as (
    select
        generations.occurred_on as finished_on,
        coalesce(accounts.region, 'unknown') as region,
        generations.model_id,
        generations.mode,
        generations.resolution,
        generations.status,
        case
            when generations.platform = 'api' then 'api'
            when account_days.segment is null then 'unknown'
            when account_days.segment = 'free' then 'free'
            else 'paid'
        end as audience,
        case
            when generations.status <> 'succeeded' then generations.status
            when
                generations.platform = 'api'
                or kept_videos.generation_id is not null
                then 'kept'
            when prompts.is_repeated then 'repeated'
            else 'not_kept'
        end as outcome,
        case when kept_videos.downloaded_at is null then 0 else 1 end as downloaded,
        case when kept_videos.shared_at is null then 0 else 1 end as shared,
        case when prompts.generation_id is null then 0 else 1 end as prompted,
        case when prompts.is_repeated then 1 else 0 end as repeated,
        generations.delivered_ms,
        generations.cost_micros,
        generations.gpu_ms
    from generations
    left join accounts
        on generations.account_id = accounts.account_id
    left join account_days
        on
            generations.account_id = account_days.account_id
            and generations.occurred_on = account_days.finished_on
    left join kept_videos
        on
            generations.generation_id = kept_videos.generation_id
            and least(kept_videos.downloaded_at, kept_videos.shared_at)
            <= generations.occurred_at + interval '7' day
    left join prompts
        on generations.generation_id = prompts.generation_id
    where
        not generations.is_test
        and not coalesce(accounts.is_bot, false)
),

final as (
    select
        jobs.finished_on,
        jobs.region,
        jobs.model_id,
        jobs.mode,
        jobs.resolution,
        jobs.status,
        jobs.audience,
        jobs.outcome,
        count(*) as generations,
        cast(sum(jobs.downloaded) as bigint) as downloaded,
        cast(sum(jobs.shared) as bigint) as shared,
        cast(sum(jobs.prompted) as bigint) as prompted,
        cast(sum(jobs.repeated) as bigint) as repeated,
        cast(sum(jobs.delivered_ms) as bigint) as delivered_ms,
        cast(sum(jobs.cost_micros) as bigint) as cost_micros,
        cast(sum(jobs.gpu_ms) as bigint) as gpu_ms
    from jobs
    group by
        jobs.finished_on,
        jobs.region,
        jobs.model_id,
        jobs.mode,
        jobs.resolution,
        jobs.status,
        jobs.audience,
        jobs.outcome
)

select * from final
