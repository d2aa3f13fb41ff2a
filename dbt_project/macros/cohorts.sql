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

{#- The last step of a metric that is a share of the people of a week, over the CTE `weeks`:
    the whole week has had seven more days when it is closed. -#}
{%- macro weekly_share(part, dimension) -%}
select
    'week' as grain,
    weeks.week_start as period_start,
    weeks.{{ dimension }},
    cast(weeks.{{ part }} as double) / nullif(weeks.users, 0) as value,
    cast(weeks.{{ part }} as bigint) as numerator,
    cast(weeks.users as bigint) as denominator,
    case
        when weeks.week_start + 13 <= {{ as_of() }} then 'closed'
        else 'provisional'
    end as state
from weeks
{%- endmacro -%}
