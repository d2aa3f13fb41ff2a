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
        cast(
            sum(grant_burn.used_credits) over (
                partition by grant_burn.grant_id
                order by grant_burn.used_on
                rows between unbounded preceding and current row
            ) as bigint
        ) as total_used_credits
    from grant_burn
),

-- Never less than nothing nor more than was granted: late refunds cannot unearn it.
earned as (
    select
        running.grant_id,
        running.used_on,
        grants.region,
        grants.segment,
        grants.plan_id,
        {{ earned_share(
            'grants.consideration_micros',
            'least(greatest(running.total_used_credits, 0), grants.granted_credits)',
            'grants.granted_credits'
        ) }} as earned_micros
    from running
    inner join grants
        on running.grant_id = grants.grant_id
),

earned_daily as (
    select
        earned.used_on as earned_on,
        earned.region,
        earned.segment,
        earned.plan_id,
        earned.earned_micros - coalesce(
            lag(earned.earned_micros) over (
                partition by earned.grant_id
                order by earned.used_on
            ), 0
        ) as revenue_micros
    from earned
),

final as (
    select
        earned_daily.earned_on,
        earned_daily.region,
        earned_daily.segment,
        earned_daily.plan_id,
        cast(sum(earned_daily.revenue_micros) as bigint) as revenue_micros
    from earned_daily
    group by
        earned_daily.earned_on,
        earned_daily.region,
        earned_daily.segment,
        earned_daily.plan_id
)

select * from final
