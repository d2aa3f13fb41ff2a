-- Harm: the headline ARR is twelve times this number; a pack counted twice, or a refund
-- taken off, moves it by millions. Each slice is rounded down once, so the parts may
-- exceed the total by less than a micro-dollar per slice.
with run_rate_revenue as (
    select * from {{ ref('run_rate_revenue') }}
),

mrr as (
    select * from {{ ref('mrr') }}
),

payments as (
    select * from {{ ref('fct_payments') }}
),

mean_mrr as (
    select
        {{ month_start('mrr.period_start') }} as month_start,
        sum(mrr.value) as mrr_days
    from mrr
    where
        mrr.grain = 'day'
        and mrr.region = 'all'
        and mrr.segment = 'all'
        and mrr.plan = 'all'
    group by {{ month_start('mrr.period_start') }}
),

sales as (
    select
        {{ month_start('payments.paid_on') }} as month_start,
        sum(payments.amount_micros) as amount_micros
    from payments
    where
        payments.kind <> 'subscription'
        and payments.paid_on <= {{ as_of() }}
    group by {{ month_start('payments.paid_on') }}
),

compared as (
    select
        run_rate_revenue.period_start,
        run_rate_revenue.value,
        cast(coalesce(mean_mrr.mrr_days, 0) as double)
        / nullif(
            {{ days_between(
                'run_rate_revenue.period_start',
                'least(' ~ next_month('run_rate_revenue.period_start') ~ ', '
                ~ as_of() ~ ' + 1)'
            ) }},
            0
        )
        + cast(coalesce({{ usd('sales.amount_micros') }}, 0) as double) as expected
    from run_rate_revenue
    left join mean_mrr
        on run_rate_revenue.period_start = mean_mrr.month_start
    left join sales
        on run_rate_revenue.period_start = sales.month_start
    where
        run_rate_revenue.region = 'all'
        and run_rate_revenue.segment = 'all'
        and run_rate_revenue.plan = 'all'
)

select
    compared.period_start,
    compared.value,
    compared.expected
from compared
where abs(cast(compared.value as double) - compared.expected) > 0.001
