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
