{#- Sums of fct_api_usage_daily by period, in total, by model and by region. Accounts are
    left to the mart: a metric is for everybody. -#}
{%- macro api_usage(value, numerator, denominator, type) -%}
with usage_daily as (
    select * from {{ ref('fct_api_usage_daily') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

slices as (
    select
        periods.grain,
        periods.period_start,
        coalesce(usage_daily.model_id, 'all') as model,
        coalesce(usage_daily.region, 'all') as region,
        sum(usage_daily.calls) as calls,
        sum(usage_daily.errors) as errors,
        sum(usage_daily.delivered_ms) as delivered_ms,
        periods.state
    from usage_daily
    inner join periods
        on usage_daily.finished_on = periods.date_day
    where periods.grain in ('week', 'month')
    group by grouping sets (
        (periods.grain, periods.period_start, periods.state)
        {% for column in ['model_id', 'region'] %}
        ,
        (
            periods.grain,
            periods.period_start,
            periods.state,
            usage_daily.{{ column }}
        )
        {% endfor %}
    )
),

final as (
    select
        slices.grain,
        slices.period_start,
        slices.model,
        slices.region,
        {{ value }} as value,
        cast({{ numerator }} as {{ type }}) as numerator,
        cast({{ denominator }} as {{ type }}) as denominator,
        slices.state
    from slices
)

select * from final
{%- endmacro -%}
