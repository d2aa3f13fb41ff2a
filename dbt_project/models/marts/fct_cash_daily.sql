with payments as (
    select * from {{ ref('fct_payments') }}
),

refunds as (
    select * from {{ ref('fct_refunds') }}
),

-- What came in and what was kept back, one line of the statement each.
parts as (
    {% for line, condition, amount in [
        ('charged', 'true', 'amount_micros'),
        ('tax', 'true', 'tax_micros'),
        ('store_fee', "payments.store in ('app_store', 'google_play')", 'fee_micros'),
        (
            'payment_fee',
            "payments.store not in ('app_store', 'google_play')",
            'fee_micros',
        ),
    ] %}
    select
        payments.paid_on as moved_on,
        '{{ line }}' as line,
        payments.region,
        payments.segment,
        payments.plan_id,
        {{ '-' if 'fee' in line }}payments.{{ amount }} as cash_micros
    from payments
    where {{ condition }}
    union all
    {% endfor %}
    select
        refunds.refunded_on as moved_on,
        'refund' as line,
        refunds.region,
        refunds.segment,
        refunds.plan_id,
        -refunds.amount_micros as cash_micros
    from refunds
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
