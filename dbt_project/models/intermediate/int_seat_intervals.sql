with created as (
    select * from {{ ref('stg_workspaces_created') }}
),

added as (
    select * from {{ ref('stg_seats_added') }}
),

removed as (
    select * from {{ ref('stg_seats_removed') }}
),

counts as (
    {% for stated in ['created', 'added', 'removed'] %}
    select
        {{ stated }}.event_id,
        {{ stated }}.workspace_id,
        {{ stated }}.account_id,
        {{ stated }}.occurred_at,
        {{ stated }}.occurred_on,
        {{ stated }}.seats
    from {{ stated }}
    where not {{ stated }}.is_test
    {{ '' if loop.last else 'union all' }}
    {% endfor %}
),

-- The last word of a day counts.
days as (
    select *
    from counts
    qualify row_number() over (
            partition by workspace_id, occurred_on
            order by occurred_at desc, event_id desc
        ) = 1
),

final as (
    select
        days.workspace_id,
        days.account_id,
        days.seats,
        days.occurred_on as started_on,
        lead(days.occurred_on) over (
            partition by days.workspace_id
            order by days.occurred_on
        ) as ended_on
    from days
)

select * from final
