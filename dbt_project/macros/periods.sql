{#- The last closed day; days after it are provisional. -#}
{%- macro as_of() -%}
cast('{{ var("as_of") }}' as date)
{%- endmacro -%}

{#- The ISO Monday of a day. -#}
{%- macro week_start(day) -%}
cast(date_trunc('week', {{ day }}) as date)
{%- endmacro -%}

{%- macro month_start(day) -%}
cast(date_trunc('month', {{ day }}) as date)
{%- endmacro -%}

{#- The first day after the month that starts on the given day. -#}
{%- macro next_month(first_of_month) -%}
cast({{ first_of_month }} + interval '1' month as date)
{%- endmacro -%}

{#- The months so far, each with its closed days. -#}
{%- macro closed_months() -%}
select
    periods.period_start as month_start,
    min(periods.date_day) as first_day,
    max(periods.date_day) as last_day,
    periods.state
from {{ ref('dim_periods') }} as periods
where
    periods.grain = 'month'
    and periods.is_closed_day
group by periods.period_start, periods.state
{%- endmacro -%}
