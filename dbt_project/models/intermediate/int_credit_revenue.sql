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
        cast(sum(grant_burn.burnt_credits) over grant_days as bigint)
            as total_burnt_credits,
        cast(sum(grant_burn.used_credits) over grant_days as bigint)
            as total_used_credits
    from grant_burn
    window grant_days as (
        partition by grant_burn.grant_id
        order by grant_burn.used_on
        rows between unbounded preceding and current row
    )
),

-- Never less than nothing nor more than was granted: late refunds cannot unearn it.
earned as (
    select
        running.grant_id,
        running.used_on,
        grants.region,
        grants.segment,
        grants.plan_id,
        grants.channel,
        grants.currency,
        grants.units_per_usd,
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
),

-- What is earned beyond the credits burnt is breakage.
earned_daily as (
    select
        earned.*,
        earned.earned_micros - coalesce(lag(earned.earned_micros) over grant_days, 0)
            as revenue_micros,
        earned.earned_micros - earned.burnt_micros - coalesce(
            lag(earned.earned_micros - earned.burnt_micros) over grant_days, 0
        ) as breakage_micros
    from earned
    window grant_days as (
        partition by earned.grant_id
        order by earned.used_on
    )
),

final as (
    select
        earned_daily.used_on as earned_on,
        earned_daily.region,
        earned_daily.segment,
        earned_daily.plan_id,
        earned_daily.channel,
        earned_daily.currency,
        earned_daily.units_per_usd,
        cast(sum(earned_daily.revenue_micros) as bigint) as revenue_micros,
        cast(sum(earned_daily.breakage_micros) as bigint) as breakage_micros
    from earned_daily
    group by
        earned_daily.used_on,
        earned_daily.region,
        earned_daily.segment,
        earned_daily.plan_id,
        earned_daily.channel,
        earned_daily.currency,
        earned_daily.units_per_usd
)

select * from final
