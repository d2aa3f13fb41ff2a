with bridge as (
    select * from {{ ref('fct_arr_bridge') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

steps as (
    {% set mean_mrr = 'bridge.run_rate_revenue - bridge.one_off_sales' %}
    {% set steps = {
        'cash': 'bridge.cash',
        'refunds_paid': 'bridge.refunds_paid',
        'taxes': 'bridge.taxes',
        'fees': 'bridge.fees',
        'billings': 'bridge.billings',
        'unmatched_sales': 'bridge.unmatched_sales',
        'deferral': 'bridge.deferral',
        'refunds': 'bridge.refunds',
        'adjustments': 'bridge.adjustments',
        'revenue': 'bridge.revenue',
        'other_revenue': 'bridge.other_revenue',
        'timing': mean_mrr ~ ' - bridge.revenue - bridge.other_revenue',
        'mean_mrr': mean_mrr,
        'one_off_sales': 'bridge.one_off_sales',
        'run_rate_revenue': 'bridge.run_rate_revenue',
        'annualisation': 'bridge.run_rate_revenue * 11',
        'arr_runrate': 'bridge.run_rate_revenue * 12',
        'all': 'bridge.run_rate_revenue * 12',
    } %}
    {% for step, amount in steps.items() %}
    select
        bridge.period_start,
        '{{ step }}' as step,
        {{ amount }} as value
    from bridge
    {{ '' if loop.last else 'union all' }}
    {% endfor %}
),

final as (
    select
        periods.grain,
        periods.period_start,
        steps.step,
        cast(steps.value as decimal(20, 6)) as value,
        cast(null as double) as numerator,
        cast(null as double) as denominator,
        periods.state
    from steps
    inner join periods
        on steps.period_start = periods.period_start
    where
        periods.grain = 'month'
        and periods.is_closing_day
)

select * from final
