-- Harm: a feature, a cohort or an account looks profitable because some of the cost or
-- revenue is with nobody. Each way of dealing them out holds all of a month's money.
with margin_daily as (
    select * from {{ ref('fct_margin_daily') }}
),

account_margins as (
    select * from {{ ref('fct_account_margin_monthly') }}
),

feature_margins as (
    select * from {{ ref('fct_feature_margin_monthly') }}
),

-- Each part once for every way, so that all ways must cancel out with the days.
parts as (
    {% for way in ['account', 'feature'] %}
    select
        '{{ way }}' as way,
        {{ month_start('margin_daily.date_day') }} as month_start,
        margin_daily.revenue_micros,
        margin_daily.cost_micros,
        margin_daily.fee_micros
    from margin_daily
    union all
    select
        '{{ way }}' as way,
        {{ way }}_margins.month_start,
        -{{ way }}_margins.revenue_micros as revenue_micros,
        -{{ way }}_margins.cost_micros as cost_micros,
        -{{ way }}_margins.fee_micros as fee_micros
    from {{ way }}_margins
    {{ '' if loop.last else 'union all' }}
    {% endfor %}
)

select
    parts.way,
    parts.month_start,
    sum(parts.revenue_micros) as revenue_micros,
    sum(parts.cost_micros) as cost_micros,
    sum(parts.fee_micros) as fee_micros
from parts
group by parts.way, parts.month_start
having
    sum(parts.revenue_micros) <> 0
    or sum(parts.cost_micros) <> 0
    or sum(parts.fee_micros) <> 0
