with user_days as (
    select * from {{ ref('int_user_days') }}
),

users as (
    select * from {{ ref('dim_users') }}
),

history as (
    select min(user_days.active_on) as first_active_on
    from user_days
),

measures as (
    {% for name, first, last in [
        ('d1', 1, 1), ('d7', 7, 7), ('d30', 30, 30), ('d6_8', 6, 8)
    ] %}
    select
        '{{ name }}' as measure,
        {{ first }} as first_offset,
        {{ last }} as last_offset
    union all
    {% endfor %}
    {% for weeks in range(1, 13) %}
    select
        'w{{ weeks }}' as measure,
        {{ 7 * weeks }} as first_offset,
        {{ 7 * weeks + 6 }} as last_offset
    {% if not loop.last %}
    union all
    {% endif %}
    {% endfor %}
),

signups as (
    select
        users.registered_on,
        count(*) as signups
    from users
    inner join history
        on users.registered_on >= history.first_active_on
    where
        not users.is_test
        and not users.is_bot
    group by users.registered_on
),

offsets as (
    select
        users.registered_on,
        {{ days_between('users.registered_on', 'user_days.active_on') }}
            as active_offset,
        user_days.days_to_next
    from user_days
    inner join users
        on user_days.user_id = users.user_id
    where user_days.active_on > users.registered_on
),

-- Of a user's days in one bracket of seven only the last counts, so each user once.
returns as (
    select
        offsets.registered_on,
        offsets.active_offset,
        count(*) as users,
        sum(
            case
                when
                    offsets.days_to_next is null
                    or floor((offsets.active_offset + offsets.days_to_next) / 7)
                    > floor(offsets.active_offset / 7)
                    then 1
                else 0
            end
        ) as users_last_in_bracket,
        count_if(
            offsets.days_to_next is null
            or offsets.active_offset + offsets.days_to_next > 8
        ) as users_last_in_d6_8
    from offsets
    where offsets.active_offset <= 90
    group by offsets.registered_on, offsets.active_offset
),

-- A signup day enters a measure when all of it has had the days that it asks for.
final as (
    select
        signups.registered_on,
        measures.measure,
        measures.last_offset,
        signups.signups,
        cast(
            coalesce(
                sum(
                    case
                        when measures.first_offset = measures.last_offset
                            then returns.users
                        when measures.measure = 'd6_8'
                            then returns.users_last_in_d6_8
                        else returns.users_last_in_bracket
                    end
                ), 0
            ) as bigint
        ) as returned
    from signups
    inner join measures
        on signups.registered_on + measures.last_offset <= {{ as_of() }}
    left join returns
        on
            signups.registered_on = returns.registered_on
            and returns.active_offset between measures.first_offset
            and measures.last_offset
    group by
        signups.registered_on,
        measures.measure,
        measures.last_offset,
        signups.signups
)

select * from final
