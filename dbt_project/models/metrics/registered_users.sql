with users as (
    select * from {{ ref('dim_users') }}
    where
        not is_test
        and not is_bot
),

merges as (
    select * from {{ ref('int_merges') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
    where is_closing_day
),

changes as (
    select
        users.registered_on as changed_on,
        users.region,
        1 as people
    from users
    union all
    select
        greatest(users.registered_on, merges.merged_on) as changed_on,
        users.region,
        -1 as people
    from users
    inner join merges
        on users.user_id = merges.merged_user_id
),

registrations as (
    select
        changes.changed_on,
        coalesce(changes.region, 'all') as region,
        sum(changes.people) as registrations
    from changes
    group by grouping sets (
        (changes.changed_on),
        (changes.changed_on, changes.region)
    )
),

final as (
    select
        periods.grain,
        periods.period_start,
        registrations.region,
        cast(sum(registrations.registrations) as bigint) as value,
        cast(null as bigint) as numerator,
        cast(null as bigint) as denominator,
        periods.state
    from periods
    inner join registrations
        on periods.date_day >= registrations.changed_on
    group by
        periods.grain, periods.period_start, registrations.region, periods.state
)

select * from final
