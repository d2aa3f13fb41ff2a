with revenue_daily as (
    select * from {{ ref('fct_revenue_daily') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

totals as (
    select
        revenue_daily.earned_on,
        sum(revenue_daily.revenue_micros) as revenue_micros
    from revenue_daily
    group by revenue_daily.earned_on
),

first_day as (
    select min(totals.earned_on) as first_earned_on
    from totals
),

closed_days as (
    select periods.date_day
    from periods
    inner join first_day
        on periods.date_day >= first_day.first_earned_on
    where
        periods.grain = 'day'
        and periods.is_closed_day
),

thirty_days as (
    select
        closed_days.date_day,
        sum(coalesce(totals.revenue_micros, 0)) over (
            order by closed_days.date_day
            rows between 29 preceding and current row
        ) as revenue_micros,
        count(*) over (
            order by closed_days.date_day
            rows between 29 preceding and current row
        ) as days
    from closed_days
    left join totals
        on closed_days.date_day = totals.earned_on
),

readings as (
    select
        periods.grain,
        periods.period_start,
        thirty_days.revenue_micros,
        case when thirty_days.days < 30 then 'withheld' else periods.state end as state
    from thirty_days
    inner join periods
        on thirty_days.date_day = periods.date_day
    where
        periods.grain in ('day', 'month')
        and periods.is_closing_day
),

-- 365 times the mean of thirty days.
final as (
    select
        readings.grain,
        readings.period_start,
        case
            when readings.state <> 'withheld'
                then
                    {{ usd(divide_whole('readings.revenue_micros * 365', 30)) }}
        end as value,
        cast({{ usd('readings.revenue_micros') }} as double) as numerator,
        cast(30 as double) as denominator,
        readings.state
    from readings
)

select * from final
