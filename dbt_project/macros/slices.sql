{#- Amounts of the CTE `cells` by period: in total and by each dimension alone; with
    `across`, each of these also by the values of that dimension. `cells` has grain,
    period_start, state, the dimensions, the columns of `always` and the amounts. -#}
{%- macro sums_by_slice(dimensions, amounts, across=none, always=[]) -%}
{%- set period = ['grain', 'period_start', 'state'] + always -%}
{%- set sets = [period] -%}
{%- for dimension in dimensions -%}
{%- do sets.append(period + [dimension]) -%}
{%- endfor -%}
{%- if across -%}
{%- for columns in sets[:] -%}
{%- do sets.append(columns + [across]) -%}
{%- endfor -%}
{%- endif -%}
select
    cells.grain,
    cells.period_start,
    {% for column in always %}
    cells.{{ column }},
    {% endfor %}
    {% for dimension in ([across] if across else []) + dimensions %}
    coalesce(cells.{{ dimension }}, 'all') as {{ dimension }},
    {% endfor %}
    {% for amount in amounts %}
    sum(cells.{{ amount }}) as {{ amount }},
    {% endfor %}
    cells.state
from cells
group by grouping sets (
    {% for columns in sets %}
    (
        {% for column in columns %}
        cells.{{ column }}{{ '' if loop.last else ',' }}
        {% endfor %}
    ){{ '' if loop.last else ',' }}
    {% endfor %}
)
{%- endmacro -%}

{#- The last step of a metric in dollars over the CTE `slices`. -#}
{%- macro usd_values(dimensions) -%}
select
    slices.grain,
    slices.period_start,
    {% for dimension in dimensions %}
    slices.{{ dimension }},
    {% endfor %}
    {{ usd('slices.amount_micros') }} as value,
    cast(null as double) as numerator,
    cast(null as double) as denominator,
    slices.state
from slices
{%- endmacro -%}

{#- The last step of a metric that is a share of counts over the CTE `slices`. -#}
{%- macro share_values(part, whole, dimensions) -%}
select
    slices.grain,
    slices.period_start,
    {% for dimension in dimensions %}
    slices.{{ dimension }},
    {% endfor %}
    cast(slices.{{ part }} as double) / nullif(slices.{{ whole }}, 0) as value,
    cast(slices.{{ part }} as bigint) as numerator,
    cast(slices.{{ whole }} as bigint) as denominator,
    slices.state
from slices
{%- endmacro -%}

{#- The last step of a metric that is one sum of dollars over another sum, of dollars or of
    `things` counted, over the CTE `slices`. -#}
{%- macro usd_ratio_values(part, whole, dimensions, of_things=false) -%}
select
    slices.grain,
    slices.period_start,
    {% for dimension in dimensions %}
    slices.{{ dimension }},
    {% endfor %}
    cast({{ usd('slices.' ~ part) }} as double) / nullif(
        {{ _whole(whole, of_things) }}, 0
    ) as value,
    cast({{ usd('slices.' ~ part) }} as double) as numerator,
    {{ _whole(whole, of_things) }} as denominator,
    slices.state
from slices
{%- endmacro -%}

{%- macro _whole(column, is_count) -%}
cast({{ 'slices.' ~ column if is_count else usd('slices.' ~ column) }} as double)
{%- endmacro -%}

{#- A metric in dollars: an amount of a daily mart by period and slice. A flow is summed
    over the days of the period, a balance is read at its last closed day; `only` is a
    condition on the rows. -#}
{%- macro usd_metric(
    mart, day, amount, dimensions, grains, across=none, is_balance=false, only=none
) -%}
{%- set shown = ([across] if across else []) + dimensions -%}
with mart as (
    select * from {{ ref(mart) }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

cells as (
    select
        periods.grain,
        periods.period_start,
        periods.state,
        {% for dimension in shown %}
        mart.{{ 'plan_id' if dimension == 'plan' else dimension }} as {{ dimension }},
        {% endfor %}
        mart.{{ amount }} as amount_micros
    from mart
    inner join periods
        on mart.{{ day }} = periods.date_day
    where
        periods.grain in ('{{ grains | join("', '") }}')
        and periods.{{ 'is_closing_day' if is_balance else 'is_closed_day' }}
        {% if only %}
        and {{ only }}
        {% endif %}
),

slices as (
    {{ sums_by_slice(dimensions, ['amount_micros'], across) }}
),

final as (
    {{ usd_values(shown) }}
)

select * from final
{%- endmacro -%}

{#- Running sums of the CTE `changes` on every closed day of the CTE `dates`, by region,
    segment and plan, or by the columns named. `flows` maps each amount of `changes` to
    its sign in `balance`. -#}
{%- macro daily_balances(flows, balance, by=['region', 'segment', 'plan_id']) -%}
daily_changes as (
    select
        changes.changed_on,
        {% for column in by %}
        changes.{{ column }},
        {% endfor %}
        {% for flow in flows %}
        sum(changes.{{ flow }}) as {{ flow }}{{ '' if loop.last else ',' }}
        {% endfor %}
    from changes
    group by changes.changed_on, changes.{{ by | join(', changes.') }}
),

cells as (
    select
        {% for column in by %}
        changes.{{ column }},
        {% endfor %}
        min(changes.changed_on) as first_day
    from changes
    group by changes.{{ by | join(', changes.') }}
),

cell_days as (
    select
        dates.date_day,
        {% for column in by %}
        cells.{{ column }}{{ '' if loop.last else ',' }}
        {% endfor %}
    from cells
    inner join dates
        on cells.first_day <= dates.date_day
    where dates.is_closed
),

final as (
    select
        cell_days.date_day,
        {% for column in by %}
        cell_days.{{ column }},
        {% endfor %}
        {% for flow in flows %}
        cast(coalesce(daily_changes.{{ flow }}, 0) as bigint) as {{ flow }},
        {% endfor %}
        cast(
            sum(
                {% for flow, sign in flows.items() %}
                {{ sign }} * coalesce(daily_changes.{{ flow }}, 0)
                {% endfor %}
            ) over (
                partition by cell_days.{{ by | join(', cell_days.') }}
                order by cell_days.date_day
                rows between unbounded preceding and current row
            ) as bigint
        ) as {{ balance }}
    from cell_days
    left join daily_changes
        on
            cell_days.date_day = daily_changes.changed_on
            {% for column in by %}
            and cell_days.{{ column }} = daily_changes.{{ column }}
            {% endfor %}
)

select * from final
{%- endmacro -%}

{#- A month's mean amount of the accounts that fulfil a condition, by region. -#}
{%- macro mean_per_account(amount, accounts) -%}
with account_months as (
    select
        period_start,
        region,
        mrr_micros,
        mrr_micros + sales_micros as paid_micros
    from {{ ref('int_account_months') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

cells as (
    select
        periods.grain,
        periods.period_start,
        periods.state,
        account_months.region,
        account_months.{{ amount }} as amount_micros,
        1 as accounts
    from account_months
    inner join periods
        on account_months.period_start = periods.period_start
    where
        periods.grain = 'month'
        and periods.is_closing_day
        and {{ accounts }}
),

slices as (
    {{ sums_by_slice(['region'], ['amount_micros', 'accounts']) }}
),

final as (
    {{ usd_ratio_values('amount_micros', 'accounts', ['region'], of_things=true) }}
)

select * from final
{%- endmacro -%}

{#- How much of a month's payments lies with few accounts: a sum of int_concentration
    over another, or over its square. -#}
{%- macro concentration_ratio(numerator, denominator) -%}
with concentration as (
    select * from {{ ref('int_concentration') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

readings as (
    select
        periods.grain,
        periods.period_start,
        concentration.{{ numerator }} as numerator,
        {{ denominator }} as denominator,
        periods.state
    from concentration
    inner join periods
        on concentration.period_start = periods.period_start
    where
        periods.grain = 'month'
        and periods.is_closing_day
),

final as (
    select
        readings.grain,
        readings.period_start,
        readings.numerator / nullif(readings.denominator, 0) as value,
        readings.numerator,
        readings.denominator,
        readings.state
    from readings
)

select * from final
{%- endmacro -%}
