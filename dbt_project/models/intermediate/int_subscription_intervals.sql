with spans as (
    select * from {{ ref('int_subscription_spans') }}
),

merges as (
    select * from {{ ref('int_merges') }}
),

accounts as (
    select * from {{ ref('dim_accounts') }}
),

-- Until the merge the subscription is the merged account's, then the surviving one's.
owned as (
    select
        spans.*,
        spans.account_id as owner_id,
        spans.started_on as owned_from,
        least(
            coalesce(spans.ended_on, merges.merged_on),
            coalesce(merges.merged_on, spans.ended_on)
        ) as owned_until,
        false as starts_by_merge
    from spans
    left join merges
        on spans.account_id = merges.merged_account_id
    where
        merges.merged_on is null
        or spans.started_on < merges.merged_on
    union all
    select
        spans.*,
        merges.account_id as owner_id,
        greatest(spans.started_on, merges.merged_on) as owned_from,
        spans.ended_on as owned_until,
        spans.started_on < merges.merged_on as starts_by_merge
    from spans
    inner join merges
        on spans.account_id = merges.merged_account_id
    where
        spans.ended_on is null
        or spans.ended_on > merges.merged_on
),

final as (
    select
        owned.subscription_id,
        owned.owner_id as account_id,
        coalesce(accounts.region, 'unknown') as region,
        owned.segment,
        owned.plan_id,
        owned.owned_from as started_on,
        owned.owned_until as ended_on,
        case
            when owned.owned_until is distinct from owned.ended_on then 'merge'
            else owned.end_cause
        end as end_cause,
        owned.price_minor,
        owned.interval_months,
        owned.currency,
        owned.discount,
        owned.mrr_micros,
        case when owned.starts_by_merge then 0 else owned.fx_micros end as fx_micros,
        owned.starts_by_merge
    from owned
    left join accounts
        on owned.owner_id = accounts.account_id
)

select * from final
