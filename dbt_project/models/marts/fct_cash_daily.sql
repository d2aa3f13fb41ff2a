with payments as (
    select * from {{ ref('fct_payments') }}
),

refunds as (
    select * from {{ ref('fct_refunds') }}
),

-- What came in and what was kept back, one line of the statement each.
parts as (
    {% for line, amount in [
        ('charged', 'payments.amount_micros'),
        ('tax', 'payments.tax_micros'),
        ('store_fee', '-payments.store_fee_micros'),
        ('payment_fee', '(payments.store_fee_micros - payments.fee_micros)'),
    ] %}
    select
        payments.paid_on as moved_on,
        '{{ line }}' as line,
        payments.region,
        payments.segment,
        payments.plan_id,
        {{ amount }} as cash_micros
    from payments
    where {{ amount }} <> 0
    union all
    {% endfor %}
    {% for line, amount in [
        ('refund', 'amount_micros'),
        ('dispute_fee', 'fee_micros'),
    ] %}
    select
        refunds.refunded_on as moved_on,
        '{{ line }}' as line,
        refunds.region,
        refunds.segment,
        refunds.plan_id,
        -refunds.{{ amount }} as cash_micros
    from refunds
    where refunds.{{ amount }} <> 0
    {{ '' if loop.last else 'union all' }}
    {% endfor %}
),

final as (
    select
        parts.moved_on,
        parts.line,
        parts.region,
        parts.segment,
        parts.plan_id,
        cast(sum(parts.cash_micros) as bigint) as cash_micros
    from parts
    where parts.moved_on <= {{ as_of() }}
    group by
        parts.moved_on,
        parts.line,
        parts.region,
        parts.segment,
        parts.plan_id
)

select * from final
