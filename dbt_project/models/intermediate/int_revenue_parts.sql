with service_revenue as (
    select * from {{ ref('int_service_revenue') }}
),

credit_revenue as (
    select * from {{ ref('int_credit_revenue') }}
),

refunds as (
    select * from {{ ref('fct_refunds') }}
),

adjustments as (
    select * from {{ ref('fct_adjustments') }}
),

final as (
    {% for source, parts, day, amount in [
        ('service', 'service_revenue', 'earned_on', 'revenue_micros'),
        ('credits', 'credit_revenue', 'earned_on', 'revenue_micros'),
        ('refund', 'refunds', 'refunded_on', 'amount_micros'),
    ] %}
    select
        {{ parts }}.{{ day }} as earned_on,
        '{{ source }}' as source,
        {{ parts }}.region,
        {{ parts }}.segment,
        {{ parts }}.plan_id,
        {{ parts }}.channel,
        {{ parts }}.currency,
        {{ parts }}.units_per_usd,
        {{ '-' if source == 'refund' }}{{ parts }}.{{ amount }} as revenue_micros
    from {{ parts }}
    where {{ parts }}.{{ day }} <= {{ as_of() }}
    union all
    {% endfor %}
    select
        adjustments.valid_from as earned_on,
        'adjustment' as source,
        adjustments.region,
        'adjustment' as segment,
        'adjustment' as plan_id,
        'adjustment' as channel,
        'USD' as currency,
        cast(1 as double) as units_per_usd,
        adjustments.amount_micros as revenue_micros
    from adjustments
    where
        adjustments.measure = 'revenue'
        and adjustments.valid_from <= {{ as_of() }}
)

select * from final
