{#- Metrics of finished generations share their text here. -#}

{#- Totals of fct_generations_daily by period, in total and by each dimension alone.
    `sums` names each sum; `dimensions` pairs each name with its column; a `lag_days`
    keeps a period provisional until its last video has had that time. -#}
{%- macro generation_slices(sums, dimensions, where='true', lag_days=0) -%}
with generations_daily as (
    select * from {{ ref('fct_generations_daily') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

slices as (
    select
        periods.grain,
        periods.period_start,
        {% for name, column in dimensions.items() %}
        coalesce(generations_daily.{{ column }}, 'all') as {{ name }},
        {% endfor %}
        {% for name, sum in sums.items() %}
        coalesce(sum({{ sum }}), 0) as {{ name }},
        {% endfor %}
        case
            when periods.period_last_day + {{ lag_days }} <= {{ as_of() }} then 'closed'
            else 'provisional'
        end as state
    from generations_daily
    inner join periods
        on generations_daily.finished_on = periods.date_day
    where
        periods.grain in ('week', 'month')
        and {{ where }}
    group by grouping sets (
        (periods.grain, periods.period_start, periods.period_last_day)
        {% for column in dimensions.values() %}
        ,
        (
            periods.grain,
            periods.period_start,
            periods.period_last_day,
            generations_daily.{{ column }}
        )
        {% endfor %}
    )
),
{%- endmacro -%}

{#- The exact quantile of latency: the least second by which `percent` of the jobs were
    done. Counted jobs, no interpolation, so both engines agree. In total, by mode and by
    audience; each of them also by region. -#}
{%- macro latency_quantile(percent) -%}
{%- set slices = [
    [], ['mode'], ['audience'], ['region'], ['mode', 'region'], ['audience', 'region']
] -%}
with latency_seconds as (
    select * from {{ ref('int_latency_seconds') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

counts as (
    {% for grain in ['week', 'month'] %}
    select
        '{{ grain }}' as grain,
        latency_seconds.{{ grain }}_start as period_start,
        coalesce(latency_seconds.mode, 'all') as mode,
        coalesce(latency_seconds.audience, 'all') as audience,
        coalesce(latency_seconds.region, 'all') as region,
        latency_seconds.seconds,
        sum(latency_seconds.generations) as generations
    from latency_seconds
    group by grouping sets (
        {% for columns in slices %}
        (
            latency_seconds.{{ grain }}_start,
            {% for column in columns %}
            latency_seconds.{{ column }},
            {% endfor %}
            latency_seconds.seconds
        ){{ '' if loop.last else ',' }}
        {% endfor %}
    )
    {% if not loop.last %}
    union all
    {% endif %}
    {% endfor %}
),

running as (
    select
        counts.grain,
        counts.period_start,
        counts.mode,
        counts.audience,
        counts.region,
        counts.seconds,
        sum(counts.generations) over (
            partition by
                counts.grain,
                counts.period_start,
                counts.mode,
                counts.audience,
                counts.region
            order by counts.seconds
            rows between unbounded preceding and current row
        ) as generations_so_far,
        sum(counts.generations) over (
            partition by
                counts.grain,
                counts.period_start,
                counts.mode,
                counts.audience,
                counts.region
        ) as generations
    from counts
),

quantiles as (
    select
        running.grain,
        running.period_start,
        running.mode,
        running.audience,
        running.region,
        min(
            case
                when 100 * running.generations_so_far >= {{ percent }} * running.generations
                    then running.seconds
            end
        ) as seconds
    from running
    group by
        running.grain,
        running.period_start,
        running.mode,
        running.audience,
        running.region
),

final as (
    select
        quantiles.grain,
        quantiles.period_start,
        quantiles.mode,
        quantiles.audience,
        quantiles.region,
        cast(quantiles.seconds as double) as value,
        cast(null as double) as numerator,
        cast(null as double) as denominator,
        periods.state
    from quantiles
    inner join periods
        on
            quantiles.grain = periods.grain
            and quantiles.period_start = periods.period_start
    where periods.is_closing_day
)

select * from final
{%- endmacro -%}

{#- Share of finished generations: `part` of `whole`, both summed over days. -#}
{%- macro generation_share(part, whole, dimensions, where='true', lag_days=0) -%}
{{ generation_slices({'part': part, 'whole': whole}, dimensions, where, lag_days) }}

final as (
    select
        slices.grain,
        slices.period_start,
        {% for name in dimensions %}
        slices.{{ name }},
        {% endfor %}
        cast(slices.part as double) / nullif(slices.whole, 0) as value,
        cast(slices.part as bigint) as numerator,
        cast(slices.whole as bigint) as denominator,
        case when slices.whole = 0 then 'withheld' else slices.state end as state
    from slices
)

select * from final
{%- endmacro -%}
