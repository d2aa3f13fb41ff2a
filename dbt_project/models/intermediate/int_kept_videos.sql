with videos_downloaded as (
    select * from {{ ref('stg_videos_downloaded') }}
),

videos_shared as (
    select * from {{ ref('stg_videos_shared') }}
),

uses as (
    select
        videos_downloaded.generation_id,
        videos_downloaded.occurred_at as downloaded_at,
        cast(null as timestamp) as shared_at
    from videos_downloaded
    where not videos_downloaded.is_test
    union all
    select
        videos_shared.generation_id,
        cast(null as timestamp) as downloaded_at,
        videos_shared.occurred_at as shared_at
    from videos_shared
    where not videos_shared.is_test
),

final as (
    select
        uses.generation_id,
        min(uses.downloaded_at) as downloaded_at,
        min(uses.shared_at) as shared_at
    from uses
    group by uses.generation_id
)

select * from final
