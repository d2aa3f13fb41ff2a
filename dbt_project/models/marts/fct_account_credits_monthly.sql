with grants as (
    select * from {{ ref('fct_paid_grants') }}
),

grant_burn as (
    select * from {{ ref('int_grant_burn') }}
),

months as (
    {{ closed_months() }}
),

running as (
    select
        grant_burn.grant_id,
        grant_burn.used_on,
        sum(grant_burn.used_credits) over (
            partition by grant_burn.grant_id
            order by grant_burn.used_on
            rows between unbounded preceding and current row
        ) as total_used_credits
    from grant_burn
),

-- No grant gives more than it held: the end of a grant takes what is left.
used as (
    select
        running.grant_id,
        running.used_on,
        least(greatest(running.total_used_credits, 0), grants.granted_credits)
            as used_so_far
    from running
    inner join grants
        on running.grant_id = grants.grant_id
),

changes as (
    select
        grants.account_id,
        {{ month_start('grants.granted_on') }} as month_start,
        grants.granted_credits as bought_credits,
        grants.consideration_micros as bought_micros,
        0 as used_credits
    from grants
    where grants.granted_on <= {{ as_of() }}
    union all
    select
        grants.account_id,
        {{ month_start('used.used_on') }} as month_start,
        0 as bought_credits,
        0 as bought_micros,
        used.used_so_far - coalesce(
            lag(used.used_so_far) over (
                partition by used.grant_id
                order by used.used_on
            ), 0
        ) as used_credits
    from used
    inner join grants
        on used.grant_id = grants.grant_id
),

monthly as (
    select
        changes.account_id,
        changes.month_start,
        sum(changes.bought_credits) as bought_credits,
        sum(changes.bought_micros) as bought_micros,
        sum(changes.used_credits) as used_credits
    from changes
    group by changes.account_id, changes.month_start
),

first_months as (
    select
        monthly.account_id,
        min(monthly.month_start) as first_month
    from monthly
    group by monthly.account_id
),

final as (
    select
        first_months.account_id,
        months.month_start,
        months.state,
        cast(coalesce(monthly.bought_credits, 0) as bigint) as bought_credits,
        cast(coalesce(monthly.bought_micros, 0) as bigint) as bought_micros,
        cast(coalesce(monthly.used_credits, 0) as bigint) as used_credits,
        cast(
            sum(
                coalesce(monthly.bought_credits, 0) - coalesce(monthly.used_credits, 0)
            ) over (
                partition by first_months.account_id
                order by months.month_start
                rows between unbounded preceding and current row
            ) as bigint
        ) as balance_credits
    from first_months
    inner join months
        on first_months.first_month <= months.month_start
    left join monthly
        on
            first_months.account_id = monthly.account_id
            and months.month_start = monthly.month_start
)

select * from final
