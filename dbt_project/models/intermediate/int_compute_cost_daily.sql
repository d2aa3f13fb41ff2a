with generations as (
    select * from {{ ref('stg_generations_finished') }}
),

entitlements as (
    select * from {{ ref('int_entitlements') }}
),

accounts as (
    select * from {{ ref('dim_accounts') }}
),

-- Millions of jobs become one row per account and day.
account_days as (
    select
        generations.account_id,
        cast(generations.occurred_at as date) as finished_on,
        sum(generations.cost_micros) as cost_micros
    from generations
    where
        not generations.is_test
        and generations.occurred_at < {{ as_of() }} + 1
    group by generations.account_id, cast(generations.occurred_at as date)
),

-- Whoever holds several segments counts under the largest customer's.
paid_days as (
    select
        account_days.account_id,
        account_days.finished_on,
        min(
            case entitlements.segment
                when 'enterprise' then 1
                when 'pro' then 2
                when 'consumer' then 3
                else 4
            end
        ) as segment_rank
    from account_days
    inner join entitlements
        on
            account_days.account_id = entitlements.account_id
            and account_days.finished_on >= entitlements.started_on
            and account_days.finished_on < entitlements.ended_on
    group by account_days.account_id, account_days.finished_on
),

placed as (
    select
        account_days.finished_on,
        coalesce(accounts.region, 'unknown') as region,
        case paid_days.segment_rank
            when 1 then 'enterprise'
            when 2 then 'pro'
            when 3 then 'consumer'
            when 4 then 'unknown'
            else 'free'
        end as segment,
        account_days.cost_micros
    from account_days
    left join paid_days
        on
            account_days.account_id = paid_days.account_id
            and account_days.finished_on = paid_days.finished_on
    left join accounts
        on account_days.account_id = accounts.account_id
    where not coalesce(accounts.is_bot, false)
),

final as (
    select
        placed.finished_on,
        placed.region,
        placed.segment,
        cast(sum(placed.cost_micros) as bigint) as cost_micros
    from placed
    group by placed.finished_on, placed.region, placed.segment
)

select * from final
