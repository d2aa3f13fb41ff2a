with signups as (
    select * from {{ ref('int_signup_steps') }}
),

steps as (
    {% for step in ['submitted', 'delivered', 'credits_out', 'checkout', 'paid'] %}
    select
        signups.registered_on,
        signups.registered_at,
        '{{ step }}' as step,
        signups.{{ step }}_at as reached_at
    from signups
    where signups.registered_on <= {{ as_of() }}
    {% if not loop.last %}
    union all
    {% endif %}
    {% endfor %}
),

-- Watched in full days only, and no longer than 30: who steps later is unknown.
watched as (
    select
        {{ week_start('steps.registered_on') }} as week_start,
        steps.step,
        least(
            24 * {{ days_between('steps.registered_on', as_of()) }}, 720
        ) as watched_hours,
        case
            when steps.reached_at >= steps.registered_at
                then {{ hours_between('steps.registered_at', 'steps.reached_at') }}
        end as reached_hours
    from steps
),

{{ hours_until(key='step') }}
