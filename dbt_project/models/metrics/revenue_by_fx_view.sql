with revenue_views as (
    select * from {{ ref('int_revenue_views') }}
),

policies as (
    select * from {{ ref('int_policies') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

-- The views are alternatives, not parts: each is a row, and the total is one of them.
views as (
    {% for view, amount in [
        ('booked', 'booked_micros'),
        ('period_end', 'period_end_micros'),
        ('constant', 'constant_micros'),
        ('fx', 'booked_micros - revenue_views.constant_micros'),
    ] %}
    select
        revenue_views.period_start,
        revenue_views.region,
        revenue_views.segment,
        revenue_views.plan_id,
        revenue_views.channel,
        '{{ view }}' as view,
        revenue_views.{{ amount }} as amount_micros
    from revenue_views
    union all
    {% endfor %}
    select
        revenue_views.period_start,
        revenue_views.region,
        revenue_views.segment,
        revenue_views.plan_id,
        revenue_views.channel,
        'all' as view,
        case policies.reporting_fx_view
            when 'constant' then revenue_views.constant_micros
            when 'period_end' then revenue_views.period_end_micros
            else revenue_views.booked_micros
        end as amount_micros
    from revenue_views
    cross join policies
),

cells as (
    select
        periods.grain,
        periods.period_start,
        periods.state,
        views.view,
        views.region,
        views.segment,
        views.plan_id as plan,
        views.channel,
        views.amount_micros
    from views
    inner join periods
        on views.period_start = periods.period_start
    where
        periods.grain = 'month'
        and periods.is_closing_day
),

slices as (
    {{ sums_by_slice(
        ['region', 'segment', 'plan', 'channel'], ['amount_micros'], always=['view']
    ) }}
),

final as (
    {{ usd_values(['view', 'region', 'segment', 'plan', 'channel']) }}
)

select * from final
