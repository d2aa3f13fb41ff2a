with merged as (
    select * from {{ ref('stg_accounts_merged') }}
),

-- An account and a person end once; what is said again changes nothing.
first_merges as (
    select *
    from merged
    where
        not is_test
        and occurred_on <= {{ as_of() }}
    qualify row_number() over (
            partition by merged_account_id
            order by occurred_at, event_id
        ) = 1
),

merges as (
    select *
    from first_merges
    qualify row_number() over (
            partition by merged_user_id
            order by occurred_at, event_id
        ) = 1
),

-- Who survives may be merged in turn; three in a row are followed.
final as (
    select
        merges.merged_account_id,
        merges.merged_user_id,
        coalesce(third.account_id, second.account_id, merges.account_id)
            as account_id,
        coalesce(third.user_id, second.user_id, merges.user_id) as user_id,
        merges.occurred_on as merged_on
    from merges
    left join merges as second
        on merges.account_id = second.merged_account_id
    left join merges as third
        on second.account_id = third.merged_account_id
)

select * from final
where account_id <> merged_account_id
