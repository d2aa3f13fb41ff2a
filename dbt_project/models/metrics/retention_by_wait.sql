with finished as (
    select * from {{ ref('stg_generations_finished') }}
),

user_weeks as (
    select * from {{ ref('int_user_weeks') }}
),

bots as (
    select * from {{ ref('int_bots') }}
),

waits as (
    select
        finished.user_id,
        {{ week_start('finished.occurred_on') }} as week_start,
        sum(finished.queue_ms) as queue_ms,
        count(*) as generations
    from finished
    left join bots
        on finished.user_id = bots.user_id
    where
        finished.user_id is not null
        and finished.platform <> 'api'
        and not finished.is_test
        and bots.user_id is null
        and finished.occurred_on <= {{ as_of() }}
    group by finished.user_id, {{ week_start('finished.occurred_on') }}
),

-- Mean wait compared without dividing: total against so many minutes each.
outcomes as (
    select
        waits.week_start,
        case
            when waits.queue_ms < waits.generations * 30000 then 'under_half'
            when waits.queue_ms < waits.generations * 60000 then 'half_to_1'
            when waits.queue_ms < waits.generations * 120000 then '1_to_2'
            when waits.queue_ms < waits.generations * 300000 then '2_to_5'
            else 'over_5'
        end as minutes,
        user_weeks.user_id as retained_user_id
    from waits
    left join user_weeks
        on
            waits.user_id = user_weeks.user_id
            and waits.week_start + 7 = user_weeks.week_start
),

weeks as (
    select
        outcomes.week_start,
        coalesce(outcomes.minutes, 'all') as minutes,
        count(*) as users,
        count(outcomes.retained_user_id) as retained_users
    from outcomes
    group by grouping sets (
        (outcomes.week_start),
        (outcomes.week_start, outcomes.minutes)
    )
),

final as (
    {{ weekly_share('retained_users', dimension='minutes') }}
)

select * from final
