-- Harm: a balance that drifts from what was granted and used. On every day and type of
-- grant: granted = burnt + expired + balance, each counted from the events again.
with grants as (
    select * from {{ ref('int_grant_types') }}
),

uses as (
    {% for use, sign in {'spent': '', 'refunded': '-', 'expired': ''}.items() %}
    select
        grant_id,
        cast(occurred_at as date) as used_on,
        {{ sign }}{{ use }}_credits as credits
    from {{ ref('stg_credits_' ~ use) }}
    {{ '' if loop.last else 'union all' }}
    {% endfor %}
),

outstanding as (
    select * from {{ ref('credits_outstanding') }}
),

changes as (
    select
        grants.granted_on as changed_on,
        grants.grant_type,
        grants.granted_credits as credits
    from grants
    union all
    select
        uses.used_on as changed_on,
        grants.grant_type,
        -uses.credits as credits
    from uses
    inner join grants
        on uses.grant_id = grants.grant_id
),

daily as (
    select
        changes.changed_on,
        changes.grant_type,
        sum(changes.credits) as credits
    from changes
    group by changes.changed_on, changes.grant_type
),

recounted as (
    select
        daily.changed_on,
        daily.grant_type,
        sum(daily.credits) over (
            partition by daily.grant_type
            order by daily.changed_on
            rows between unbounded preceding and current row
        ) as credits
    from daily
)

select
    recounted.changed_on,
    recounted.grant_type,
    recounted.credits,
    outstanding.value
from recounted
left join outstanding
    on
        recounted.changed_on = outstanding.period_start
        and recounted.grant_type = outstanding.grant_type
        and outstanding.grain = 'day'
where
    recounted.changed_on <= {{ as_of() }}
    and outstanding.value is distinct from recounted.credits
