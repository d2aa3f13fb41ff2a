with grants as (
    select * from {{ ref('fct_paid_grants') }}
),

grant_earnings as (
    select * from {{ ref('int_grant_earnings') }}
),

-- What is earned beyond the credits burnt is breakage.
earned_daily as (
    select
        grant_earnings.grant_id,
        grant_earnings.used_on,
        grant_earnings.earned_micros
        - coalesce(lag(grant_earnings.earned_micros) over grant_days, 0)
            as revenue_micros,
        grant_earnings.earned_micros - grant_earnings.burnt_micros - coalesce(
            lag(grant_earnings.earned_micros - grant_earnings.burnt_micros)
                over grant_days, 0
        ) as breakage_micros
    from grant_earnings
    window grant_days as (
        partition by grant_earnings.grant_id
        order by grant_earnings.used_on
    )
),

final as (
    select
        earned_daily.used_on as earned_on,
        grants.region,
        grants.segment,
        grants.plan_id,
        grants.channel,
        grants.currency,
        grants.units_per_usd,
        cast(sum(earned_daily.revenue_micros) as bigint) as revenue_micros,
        cast(sum(earned_daily.breakage_micros) as bigint) as breakage_micros
    from earned_daily
    inner join grants
        on earned_daily.grant_id = grants.grant_id
    where
        earned_daily.revenue_micros <> 0
        or earned_daily.breakage_micros <> 0
    group by
        earned_daily.used_on,
        grants.region,
        grants.segment,
        grants.plan_id,
        grants.channel,
        grants.currency,
        grants.units_per_usd
)

select * from final
