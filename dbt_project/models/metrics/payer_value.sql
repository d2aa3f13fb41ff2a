with first_payments as (
    select * from {{ ref('int_first_payments') }}
),

margins as (
    select * from {{ ref('int_payer_margins') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

cells as (
    select
        periods.grain,
        periods.period_start,
        periods.state,
        margins.months,
        first_payments.region,
        margins.margin_micros,
        1 as payers
    from first_payments
    inner join margins
        on first_payments.account_id = margins.account_id
    inner join periods
        on first_payments.first_paid_on = periods.date_day
    where
        periods.grain = 'month'
        and periods.is_closed_day
),

slices as (
    {{ sums_by_slice(['region'], ['margin_micros', 'payers'], always=['months']) }}
),

-- Shown once the horizon of the cohort's last payer is over.
readings as (
    select
        slices.grain,
        slices.period_start,
        cast(slices.months as string) as months,
        slices.region,
        cast({{ usd('slices.margin_micros') }} as double) as numerator,
        cast(slices.payers as double) as denominator,
        case
            when
                cast(
                    {{ next_month('slices.period_start') }}
                    + case slices.months
                        when 3 then interval '3' month
                        when 6 then interval '6' month
                        else interval '12' month
                    end as date
                ) <= {{ as_of() }} + 1
                then slices.state
            else 'withheld'
        end as state
    from slices
),

final as (
    select
        readings.grain,
        readings.period_start,
        readings.months,
        readings.region,
        case
            when readings.state <> 'withheld'
                then readings.numerator / nullif(readings.denominator, 0)
        end as value,
        readings.numerator,
        readings.denominator,
        readings.state
    from readings
    union all
    select
        readings.grain,
        readings.period_start,
        'all' as months,
        readings.region,
        case
            when readings.state <> 'withheld'
                then readings.numerator / nullif(readings.denominator, 0)
        end as value,
        readings.numerator,
        readings.denominator,
        readings.state
    from readings
    where readings.months = '12'
)

select * from final
