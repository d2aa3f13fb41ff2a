with generations as (
    select * from {{ ref('stg_generations_finished') }}
    {{ where_touched('account_id') }}
),

entitlements as (
    select * from {{ ref('int_entitlements') }}
    {{ where_touched('account_id') }}
),

accounts as (
    select * from {{ ref('dim_accounts') }}
    {{ where_touched('account_id') }}
),

-- Millions of jobs become one row per account and day.
account_days as (
    select
        generations.account_id,
        generations.occurred_on as finished_on,
        count(*) as generations,
        cast(sum(generations.delivered_ms) as bigint) as delivered_ms,
        cast(sum(generations.cost_micros) as bigint) as cost_micros
    from generations
    where
        not generations.is_test
        and generations.occurred_on <= {{ as_of() }}
    group by generations.account_id, generations.occurred_on
),

ranked as (
    select
        entitlements.account_id,
        entitlements.segment,
        entitlements.plan_id,
        entitlements.started_on,
        entitlements.ended_on,
        case entitlements.segment
            when 'enterprise' then 1
            when 'pro' then 2
            when 'consumer' then 3
            else 4
        end as segment_rank,
        case
            when entitlements.plan_id in ('credit_pack', 'api_package', 'usage')
                then 2
            else 1
        end as plan_rank
    from entitlements
),

-- Whoever holds several counts under the largest customer's, a plan before a pack.
paid_days as (
    select
        account_days.account_id,
        account_days.finished_on,
        ranked.segment,
        ranked.plan_id
    from account_days
    inner join ranked
        on
            account_days.account_id = ranked.account_id
            and account_days.finished_on >= ranked.started_on
            and account_days.finished_on < ranked.ended_on
    qualify row_number() over (
            partition by account_days.account_id, account_days.finished_on
            order by ranked.segment_rank, ranked.plan_rank, ranked.plan_id
        ) = 1
),

final as (
    select
        account_days.account_id,
        account_days.finished_on,
        coalesce(accounts.region, 'unknown') as region,
        coalesce(paid_days.segment, 'free') as segment,
        coalesce(paid_days.plan_id, 'free') as plan_id,
        account_days.generations,
        account_days.delivered_ms,
        account_days.cost_micros
    from account_days
    left join paid_days
        on
            account_days.account_id = paid_days.account_id
            and account_days.finished_on = paid_days.finished_on
    left join accounts
        on account_days.account_id = accounts.account_id
    where not coalesce(accounts.is_bot, false)
)

select * from final
{{ and_untouched('account_id') }}
