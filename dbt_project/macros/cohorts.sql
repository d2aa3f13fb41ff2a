{#- A metric of int_cohort_months: one sum of a cohort over another. -#}
{%- macro cohort_ratio(numerator, denominator) -%}
with cohort_months as (
    select * from {{ ref('int_cohort_months') }}
),

readings as (
    select
        cohort_months.cohort_month,
        cast(cohort_months.months_since as string) as months_since,
        {{ numerator }} as numerator,
        {{ denominator }} as denominator,
        cohort_months.state
    from cohort_months
),

final as (
    select
        'month' as grain,
        readings.cohort_month as period_start,
        readings.months_since,
        cast(readings.numerator as double)
        / nullif(readings.denominator, 0) as value,
        readings.numerator,
        readings.denominator,
        case
            when readings.denominator = 0 then 'withheld'
            else readings.state
        end as state
    from readings
)

select * from final
{%- endmacro -%}
