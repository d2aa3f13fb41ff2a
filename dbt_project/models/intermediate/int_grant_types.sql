with grants as (
    select * from {{ ref('stg_credits_granted') }}
),

accounts as (
    select * from {{ ref('dim_accounts') }}
),

final as (
    select
        grants.grant_id,
        grants.account_id,
        grants.grant_type,
        grants.granted_credits,
        grants.occurred_on as granted_on,
        {{ reporting_day('grants.expires_at') }} as expires_on
    from grants
    left join accounts
        on grants.account_id = accounts.account_id
    where
        not grants.is_test
        and not coalesce(accounts.is_bot, false)
    qualify row_number() over (
            partition by grants.grant_id
            order by grants.occurred_at, grants.event_id
        ) = 1
)

select * from final
