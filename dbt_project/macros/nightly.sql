{#- A nightly build computes again the rows of the people and accounts that new events
    touched, from all their events, and keeps the other rows of the published build,
    which is attached as `published`. Without `kept_from` every row is computed, to the
    same result. -#}

{#- The condition on what a model reads: `key` is 'user_id' or 'account_id'. -#}
{%- macro where_touched(key) -%}
{%- if var('kept_from') -%}
where {{ key }} in (
    select {{ key }} from {{ source('touched', key | replace('_id', 's')) }}
)
{%- endif -%}
{%- endmacro -%}

{#- The rows that nothing touched, added to those computed. Their key is never null. A
    view would go on looking for the build before in the file that is published. -#}
{%- macro and_untouched(key) -%}
{%- if var('kept_from') -%}
{%- if execute and model.config.materialized != 'table' -%}
{{ exceptions.raise_compiler_error('only a table can keep rows, not ' ~ this) }}
{%- endif -%}
union all
select * from published.{{ this.schema }}.{{ this.identifier }}
where {{ key }} not in (
    select {{ key }} from {{ source('touched', key | replace('_id', 's')) }}
)
{%- endif -%}
{%- endmacro -%}
