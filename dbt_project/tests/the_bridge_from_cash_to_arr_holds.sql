-- Harm: cash, revenue and ARR told by three people who cannot say why they differ. Each
-- station of the bridge is the one before plus the steps between, to the micro-dollar,
-- and the last is the ARR of the headline.
with bridge as (
    select * from {{ ref('arr_bridge') }}
),

arr_runrate as (
    select * from {{ ref('arr_runrate') }}
),

legs as (
    {% for station, before, steps in [
        ('billings', 'cash', ['refunds_paid', 'taxes', 'fees']),
        (
            'revenue',
            'billings',
            ['unmatched_sales', 'deferral', 'refunds', 'adjustments'],
        ),
        ('mean_mrr', 'revenue', ['other_revenue', 'timing']),
        ('run_rate_revenue', 'mean_mrr', ['one_off_sales']),
        ('arr_runrate', 'run_rate_revenue', ['annualisation']),
    ] %}
    select
        bridge.period_start,
        '{{ station }}' as station,
        sum(case when bridge.step = '{{ station }}' then bridge.value else 0 end)
            as value,
        sum(
            case
                when
                    bridge.step in (
                        {% for step in steps %}
                        '{{ step }}',
                        {% endfor %}
                        '{{ before }}'
                    )
                    then bridge.value
                else 0
            end
        ) as expected
    from bridge
    group by bridge.period_start
    union all
    {% endfor %}
    select
        arr_runrate.period_start,
        'headline' as station,
        arr_runrate.value,
        max(bridge.value) as expected
    from arr_runrate
    left join bridge
        on
            arr_runrate.period_start = bridge.period_start
            and bridge.step = 'all'
    where
        arr_runrate.region = 'all'
        and arr_runrate.segment = 'all'
        and arr_runrate.plan = 'all'
    group by arr_runrate.period_start, arr_runrate.value
)

select
    legs.period_start,
    legs.station,
    legs.value,
    legs.expected
from legs
where legs.value is distinct from legs.expected
