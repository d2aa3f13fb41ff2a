{#- Everything that DuckDB and Spark spell differently stands here, and nowhere else. -#}

{%- macro is_spark() -%}
{%- if target.type == 'spark' -%}yes{%- endif -%}
{%- endmacro -%}

{#- A naive UTC time, whatever the session's time zone and the stored column's type. -#}
{%- macro utc(column) -%}
{%- if is_spark() -%}
cast({{ column }} as timestamp)
{%- else -%}
make_timestamp(epoch_us({{ column }}))
{%- endif -%}
{%- endmacro -%}

{#- The calendar day of a naive UTC time in the reporting time zone. Days of 23 and 25
    hours are one day; a day is computed in staging and never again. -#}
{%- macro reporting_day(utc_time) -%}
{%- set zone = var('reporting_time_zone') -%}
{%- if zone == 'UTC' -%}
cast({{ utc_time }} as date)
{%- elif is_spark() -%}
cast(from_utc_timestamp({{ utc_time }}, '{{ zone }}') as date)
{%- else -%}
cast(timezone('{{ zone }}', timezone('UTC', {{ utc_time }})) as date)
{%- endif -%}
{%- endmacro -%}

{#- Whole hours from one naive UTC time to a later one, a begun hour counted. -#}
{%- macro hours_between(first_at, last_at) -%}
{%- if is_spark() -%}
cast(ceil((unix_micros({{ last_at }}) - unix_micros({{ first_at }})) / 3600000000) as int)
{%- else -%}
cast(ceil((epoch_us({{ last_at }}) - epoch_us({{ first_at }})) / 3600000000) as int)
{%- endif -%}
{%- endmacro -%}

{#- Whole days from one date to a later one, as int so that date + days works. -#}
{%- macro days_between(first_day, last_day) -%}
{%- if is_spark() -%}
datediff({{ last_day }}, {{ first_day }})
{%- else -%}
cast((({{ last_day }}) - ({{ first_day }})) as int)
{%- endif -%}
{%- endmacro -%}

{#- One row per day from the first to the last, none when either is null. -#}
{%- macro each_day(first_day, last_day) -%}
{%- if is_spark() -%}
explode(sequence({{ first_day }}, {{ last_day }}, interval 1 day))
{%- else -%}
cast(
    unnest(
        generate_series({{ first_day }}, {{ last_day }}, interval 1 day)
    ) as date
)
{%- endif -%}
{%- endmacro -%}

{#- Integer division of two non-negative integers. -#}
{%- macro divide_whole(dividend, divisor) -%}
{%- if is_spark() -%}
(({{ dividend }}) div nullif({{ divisor }}, 0))
{%- else -%}
(({{ dividend }}) // nullif({{ divisor }}, 0))
{%- endif -%}
{%- endmacro -%}
