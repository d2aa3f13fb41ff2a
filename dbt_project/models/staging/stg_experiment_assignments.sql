with source as (
    select * from {{ source('raw', 'experiment_assigned') }}
),

final as (
    select
        source.event_id,
        {{ utc('source.occurred_at') }} as assigned_at,
        source.platform,
        source.is_test,
        source.user_id,
        source.account_id,
        source.experiment,
        source.arm,
        source.eligibility
    from source
)

select * from final
