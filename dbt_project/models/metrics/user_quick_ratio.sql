with lifecycle as (
    select * from {{ ref('int_lifecycle_weekly') }}
),

weeks as (
    select
        lifecycle.week_start,
        lifecycle.region,
        lifecycle.is_known,
        lifecycle.state,
        sum(
            case
                when lifecycle.status in ('new', 'resurrected') then lifecycle.users
                else 0
            end
        ) as gained_users,
        sum(
            case when lifecycle.status = 'dormant' then lifecycle.users else 0 end
        ) as lost_users
    from lifecycle
    group by
        lifecycle.week_start,
        lifecycle.region,
        lifecycle.is_known,
        lifecycle.state
),

-- Without anybody lost there is no ratio, not an infinite one.
final as (
    select
        'week' as grain,
        weeks.week_start as period_start,
        weeks.region,
        case
            when weeks.is_known
                then cast(weeks.gained_users as double) / nullif(weeks.lost_users, 0)
        end as value,
        case
            when weeks.is_known then cast(weeks.gained_users as bigint)
        end as numerator,
        case
            when weeks.is_known then cast(weeks.lost_users as bigint)
        end as denominator,
        case
            when not weeks.is_known or weeks.lost_users = 0 then 'withheld'
            else weeks.state
        end as state
    from weeks
)

select * from final
