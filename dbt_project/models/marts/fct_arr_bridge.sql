with flows as (
    select * from {{ ref('int_bridge_flows') }}
),

cash as (
    select * from {{ ref('cash_receipts') }}
),

revenue as (
    select * from {{ ref('revenue') }}
),

run_rate as (
    select * from {{ ref('run_rate_revenue') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

months as (
    select
        periods.date_day,
        periods.period_start
    from periods
    where
        periods.grain = 'month'
        and periods.is_closed_day
),

flow_sums as (
    select
        months.period_start,
        flows.step,
        {{ usd('sum(flows.amount_micros)') }} as value
    from flows
    inner join months
        on flows.date_day = months.date_day
    group by months.period_start, flows.step
),

-- The stations are read from their own metrics; what lies between them is above.
stations as (
    {% for step, metric, condition in [
        ('cash', 'cash', "cash.line = 'all' and cash.plan = 'all'"),
        ('billings', 'cash', "cash.line = 'charged' and cash.plan = 'all'"),
        ('revenue', 'revenue', "revenue.plan = 'all' and revenue.channel = 'all'"),
        ('run_rate_revenue', 'run_rate', "run_rate.plan = 'all'"),
    ] %}
    select
        {{ metric }}.period_start,
        '{{ step }}' as step,
        {{ metric }}.value
    from {{ metric }}
    where
        {{ metric }}.grain = 'month'
        and {{ metric }}.region = 'all'
        and {{ metric }}.segment = 'all'
        and {{ condition }}
    {{ '' if loop.last else 'union all' }}
    {% endfor %}
),

steps as (
    select * from flow_sums
    union all
    select * from stations
),

final as (
    select
        steps.period_start,
        {% for step in [
            'cash', 'refunds_paid', 'taxes', 'fees', 'billings', 'unmatched_sales',
            'deferral', 'refunds', 'adjustments', 'revenue', 'other_revenue',
            'one_off_sales',
        ] %}
        sum(case when steps.step = '{{ step }}' then steps.value else 0 end)
            as {{ step }},
        {% endfor %}
        sum(case when steps.step = 'run_rate_revenue' then steps.value else 0 end)
            as run_rate_revenue
    from steps
    group by steps.period_start
)

select * from final
