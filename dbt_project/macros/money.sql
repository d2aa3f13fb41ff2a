{#- Minor units of a currency -> micro-dollars, rounded once, half up.
    Each operation is one IEEE operation on one row, so both engines agree. -#}
{%- macro usd_micros(amount_minor, micros_per_minor, units_per_usd, months=1) -%}
cast(
    floor(
        {{ amount_minor }} * {{ micros_per_minor }}
        / nullif({{ units_per_usd }} * {{ months }}, 0)
        + 0.5
    ) as bigint
)
{%- endmacro -%}

{#- Micro-dollars -> dollars, exactly. -#}
{%- macro usd(micros) -%}
cast(cast({{ micros }} as decimal(20, 0)) * 0.000001 as decimal(20, 6))
{%- endmacro -%}

{#- What of an amount is earned when `part` of `whole` is delivered, rounded down.
    Differences of it add up to the amount exactly; no product exceeds whole squared. -#}
{%- macro earned_share(amount, part, whole) -%}
{{ divide_whole(amount, whole) }} * {{ part }}
+ {{ divide_whole('(' ~ amount ~ ' % nullif(' ~ whole ~ ', 0)) * ' ~ part, whole) }}
{%- endmacro -%}

{#- The days that a payment pays for, half-open; without a period, its own day. -#}
{%- macro service_starts_on(payments) -%}
coalesce({{ payments }}.service_starts_on, {{ payments }}.paid_on)
{%- endmacro -%}

{%- macro service_ends_on(payments) -%}
greatest(
    coalesce({{ payments }}.service_ends_on, {{ payments }}.paid_on + 1),
    {{ service_starts_on(payments) }} + 1
)
{%- endmacro -%}
