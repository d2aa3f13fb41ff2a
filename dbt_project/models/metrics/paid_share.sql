with paid_actives as (
    select * from {{ ref('int_paid_actives_daily') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

readings as (
    select
        periods.grain,
        periods.period_start,
        paid_actives.region,
        paid_actives.paid_active_users as numerator,
        paid_actives.active_users as denominator,
        case
            when not paid_actives.is_full_window then 'withheld'
            else periods.state
        end as state
    from paid_actives
    inner join periods
        on paid_actives.date_day = periods.date_day
    where periods.is_closing_day
),

final as (
    select
        readings.grain,
        readings.period_start,
        readings.region,
        case
            when readings.state <> 'withheld'
                then
                    cast(readings.numerator as double)
                    / nullif(readings.denominator, 0)
        end as value,
        readings.numerator,
        readings.denominator,
        readings.state
    from readings
)

select * from final
