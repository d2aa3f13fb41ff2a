with grants as (
    select * from {{ ref('fct_paid_grants') }}
),

grant_burn as (
    select * from {{ ref('int_grant_burn') }}
),

running as (
    select
        grant_burn.grant_id,
        grant_burn.used_on,
        lead(grant_burn.used_on) over grant_days as next_used_on,
        cast(sum(grant_burn.burnt_credits) over grant_days as bigint)
            as total_burnt_credits,
        cast(sum(grant_burn.used_credits) over grant_days as bigint)
            as total_used_credits
    from grant_burn
    window grant_days as (
        partition by grant_burn.grant_id
        order by grant_burn.used_on
    )
),

-- Never less than nothing nor more than was granted: late refunds cannot unearn it.
final as (
    select
        running.grant_id,
        running.used_on,
        running.next_used_on,
        grants.consideration_micros,
        {{ earned_share(
            'grants.consideration_micros',
            'least(greatest(running.total_used_credits, 0), grants.earning_credits)',
            'grants.earning_credits'
        ) }} as earned_micros,
        {{ earned_share(
            'grants.consideration_micros',
            'least(greatest(running.total_burnt_credits, 0), grants.granted_credits)',
            'grants.granted_credits'
        ) }} as burnt_micros
    from running
    inner join grants
        on running.grant_id = grants.grant_id
)

select * from final
