{#- Share of recognised revenue left after the costs named: by what was sold, by what the
    videos were made with, and by the month of the signup. -#}
{%- macro margin_after(costs) -%}
{%- set dimensions = ['region', 'segment', 'plan', 'feature', 'cohort'] -%}
with margin_daily as (
    select * from {{ ref('fct_margin_daily') }}
),

feature_margins as (
    select * from {{ ref('fct_feature_margin_monthly') }}
),

account_margins as (
    select * from {{ ref('fct_account_margin_monthly') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

cells as (
    select
        periods.grain,
        periods.period_start,
        periods.state,
        margin_daily.region,
        margin_daily.segment,
        margin_daily.plan_id as plan,
        margin_daily.revenue_micros,
        {{ _total('margin_daily', costs) }} as cost_micros
    from margin_daily
    inner join periods
        on margin_daily.date_day = periods.date_day
    where periods.grain = 'month'
),

daily_slices as (
    {{ sums_by_slice(
        ['region', 'segment', 'plan'], ['revenue_micros', 'cost_micros']
    ) }}
),

slices as (
    select
        daily_slices.period_start,
        daily_slices.region,
        daily_slices.segment,
        daily_slices.plan,
        'all' as feature,
        'all' as cohort,
        daily_slices.revenue_micros,
        daily_slices.cost_micros,
        daily_slices.state
    from daily_slices
    {% for margins, dimension in [
        ('feature_margins', 'feature'), ('account_margins', 'cohort')
    ] %}
    union all
    select
        {{ margins }}.month_start as period_start,
        'all' as region,
        'all' as segment,
        'all' as plan,
        {{ margins ~ '.feature' if dimension == 'feature' else "'all'" }} as feature,
        {{ margins ~ '.cohort' if dimension == 'cohort' else "'all'" }} as cohort,
        sum({{ margins }}.revenue_micros) as revenue_micros,
        sum({{ _total(margins, costs) }}) as cost_micros,
        periods.state
    from {{ margins }}
    inner join periods
        on {{ margins }}.month_start = periods.date_day
    where periods.grain = 'month'
    group by {{ margins }}.month_start, {{ margins }}.{{ dimension }}, periods.state
    {% endfor %}
),

readings as (
    select
        slices.period_start,
        {% for dimension in dimensions %}
        slices.{{ dimension }},
        {% endfor %}
        cast({{ usd('(slices.revenue_micros - slices.cost_micros)') }} as double)
            as numerator,
        cast({{ usd('slices.revenue_micros') }} as double) as denominator,
        slices.state
    from slices
),

-- Without revenue, or with more given back than earned, there is no margin to tell.
final as (
    select
        'month' as grain,
        readings.period_start,
        {% for dimension in dimensions %}
        readings.{{ dimension }},
        {% endfor %}
        case
            when readings.denominator > 0
                then readings.numerator / nullif(readings.denominator, 0)
        end as value,
        readings.numerator,
        readings.denominator,
        readings.state
    from readings
)

select * from final
{%- endmacro -%}

{%- macro _total(table, columns) -%}
{%- for column in columns -%}
{{ table }}.{{ column }}{{ '' if loop.last else ' + ' }}
{%- endfor -%}
{%- endmacro -%}
