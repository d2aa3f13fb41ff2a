with adjustments as (
    select * from {{ ref('fct_adjustments') }}
),

boundaries as (
    select
        adjustments.account_id,
        adjustments.region,
        adjustments.valid_from as changed_on,
        adjustments.amount_micros as change_micros
    from adjustments
    where adjustments.measure = 'mrr'
    union all
    select
        adjustments.account_id,
        adjustments.region,
        adjustments.valid_to as changed_on,
        -adjustments.amount_micros as change_micros
    from adjustments
    where
        adjustments.measure = 'mrr'
        and adjustments.valid_to is not null
),

final as (
    select
        boundaries.account_id,
        boundaries.region,
        'adjustment' as segment,
        'adjustment' as plan_id,
        boundaries.changed_on,
        boundaries.change_micros
    from boundaries
    where boundaries.changed_on <= {{ as_of() }}
)

select * from final
