{#- What is said of single columns, in one reading of the model: those in `filled` are
    never null, those in `among` hold nothing but the values listed, and those in `within`
    lie between `at_least` and `at_most`, or `above`. A row that fails says why. -#}
{% test sound_columns(model, filled=[], among={}, within={}) %}

{%- set rules = [] -%}
{%- for column in filled -%}
{%- do rules.append((column ~ ' is empty', column ~ ' is null')) -%}
{%- endfor -%}
{%- for column, values in among.items() -%}
{%- set listed = [] -%}
{%- for value in values -%}
{%- do listed.append("'" ~ value ~ "'") -%}
{%- endfor -%}
{%- do rules.append(
    (column ~ ' is unknown', column ~ ' not in (' ~ listed | join(', ') ~ ')')
) -%}
{%- endfor -%}
{%- set signs = {'at_least': '<', 'at_most': '>', 'above': '<='} -%}
{%- for column, bounds in within.items() -%}
{%- for bound, limit in bounds.items() -%}
{%- do rules.append(
    (column ~ ' is out of range', column ~ ' ' ~ signs[bound] ~ ' ' ~ limit)
) -%}
{%- endfor -%}
{%- endfor -%}

with judged as (
    select
        *,
        case
            {% for name, condition in rules %}
            when {{ condition }} then '{{ name }}'
            {% endfor %}
        end as broken_rule
    from {{ model }}
)

select *
from judged
where broken_rule is not null

{% endtest %}
