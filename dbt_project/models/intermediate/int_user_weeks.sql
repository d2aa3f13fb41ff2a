with user_days as (
    select * from {{ ref('int_user_days') }}
    {{ where_touched('user_id') }}
),

final as (
    select
        user_days.user_id,
        {{ week_start('user_days.active_on') }} as week_start,
        count(*) as active_days
    from user_days
    group by user_days.user_id, {{ week_start('user_days.active_on') }}
)

select * from final
{{ and_untouched('user_id') }}
