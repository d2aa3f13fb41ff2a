with launches as (
    select * from {{ ref('launches') }}
),

final as (
    select
        launch_id,
        feature,
        title,
        kind,
        region,
        launched_on as date,
        note as detail
    from launches
)

select * from final
