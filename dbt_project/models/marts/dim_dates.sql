with bounds as (
    select * from {{ ref('int_data_bounds') }}
),

days as (
    select
        {{ each_day('bounds.first_day', 'bounds.last_day') }} as date_day
    from bounds
),

final as (
    select
        days.date_day,
        {{ week_start('days.date_day') }} as week_start,
        {{ month_start('days.date_day') }} as month_start,
        days.date_day <= {{ as_of() }} as is_closed
    from days
)

select * from final
