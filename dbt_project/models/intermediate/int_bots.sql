with sessions as (
    select * from {{ ref('stg_sessions') }}
    {{ where_touched('user_id') }}
),

rules as (
    select * from {{ ref('bot_rules') }}
),

session_days as (
    select
        sessions.user_id,
        sessions.occurred_on as active_on,
        count(*) as sessions
    from sessions
    where
        not sessions.is_test
        and sessions.platform <> 'api'
    group by sessions.user_id, sessions.occurred_on
),

final as (
    select
        session_days.user_id,
        min(session_days.active_on) as found_on,
        max(session_days.sessions) as most_sessions_in_a_day
    from session_days
    inner join rules
        on
            rules.rule = 'sessions_in_a_day'
            and session_days.sessions >= rules.at_least
    group by session_days.user_id
)

select * from final
{{ and_untouched('user_id') }}
