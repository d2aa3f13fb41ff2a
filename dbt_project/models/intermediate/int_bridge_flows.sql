with cash_daily as (
    select * from {{ ref('fct_cash_daily') }}
),

deferred_daily as (
    select * from {{ ref('fct_deferred_daily') }}
),

revenue_daily as (
    select * from {{ ref('fct_revenue_daily') }}
),

payments as (
    select * from {{ ref('fct_payments') }}
),

-- Each flow with its sign in the bridge, on its day.
daily as (
    select
        cash_daily.moved_on as date_day,
        case
            when cash_daily.line = 'refund' then 'refunds_paid'
            when cash_daily.line = 'tax' then 'taxes'
            else 'fees'
        end as step,
        -cash_daily.cash_micros as amount_micros
    from cash_daily
    where cash_daily.line <> 'charged'
    union all
    select
        deferred_daily.date_day,
        'unmatched_sales' as step,
        deferred_daily.billed_micros as amount_micros
    from deferred_daily
    union all
    select
        payments.paid_on as date_day,
        'unmatched_sales' as step,
        -payments.amount_micros as amount_micros
    from payments
    where payments.paid_on <= {{ as_of() }}
    union all
    select
        deferred_daily.date_day,
        'deferral' as step,
        deferred_daily.recognised_micros - deferred_daily.billed_micros
            as amount_micros
    from deferred_daily
    union all
    select
        revenue_daily.earned_on as date_day,
        case
            when revenue_daily.source = 'refund' then 'refunds'
            else 'adjustments'
        end as step,
        revenue_daily.revenue_micros as amount_micros
    from revenue_daily
    where revenue_daily.source in ('refund', 'adjustment')
    union all
    select
        revenue_daily.earned_on as date_day,
        'other_revenue' as step,
        -revenue_daily.revenue_micros as amount_micros
    from revenue_daily
    where
        revenue_daily.source <> 'service'
        or revenue_daily.plan_id = 'usage'
    union all
    select
        payments.paid_on as date_day,
        'one_off_sales' as step,
        payments.amount_micros
    from payments
    where
        payments.kind <> 'subscription'
        and payments.paid_on <= {{ as_of() }}
),

final as (
    select
        daily.date_day,
        daily.step,
        cast(sum(daily.amount_micros) as bigint) as amount_micros
    from daily
    group by daily.date_day, daily.step
)

select * from final
