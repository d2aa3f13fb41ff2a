with effects as (
    select * from {{ ref('int_mrr_effects') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

-- More subscriptions at the price of before; in a new cell, at the one they came with.
cells as (
    select
        effects.period_start,
        effects.opening_subscriptions,
        effects.closing_subscriptions,
        effects.opening_micros,
        effects.closing_micros - effects.opening_micros as change_micros,
        effects.fx_micros,
        case
            when effects.opening_subscriptions = 0
                then effects.closing_micros - effects.fx_micros
            else
                cast(
                    floor(
                        (effects.closing_subscriptions - effects.opening_subscriptions)
                        * cast(effects.opening_micros as double)
                        / nullif(effects.opening_subscriptions, 0)
                        + 0.5
                    ) as bigint
                )
        end as quantity_micros
    from effects
),

totals as (
    select
        cells.period_start,
        sum(cells.change_micros) as change_micros,
        sum(cells.fx_micros) as fx_micros,
        sum(cells.quantity_micros) as quantity_micros,
        coalesce(
            cast(
                floor(
                    sum(cells.closing_subscriptions - cells.opening_subscriptions)
                    * cast(sum(cells.opening_micros) as double)
                    / nullif(sum(cells.opening_subscriptions), 0)
                    + 0.5
                ) as bigint
            ), sum(cells.quantity_micros)
        ) as volume_micros
    from cells
    group by cells.period_start
),

lines as (
    {% for effect, amount in {
        'volume': 'totals.volume_micros',
        'mix': 'totals.quantity_micros - totals.volume_micros',
        'price': 'totals.change_micros - totals.fx_micros - totals.quantity_micros',
        'fx': 'totals.fx_micros',
        'all': 'totals.change_micros',
    }.items() %}
    select
        totals.period_start,
        '{{ effect }}' as effect,
        {{ amount }} as amount_micros
    from totals
    {{ '' if loop.last else 'union all' }}
    {% endfor %}
),

slices as (
    select
        periods.grain,
        periods.period_start,
        lines.effect,
        lines.amount_micros,
        periods.state
    from lines
    inner join periods
        on lines.period_start = periods.period_start
    where
        periods.grain = 'month'
        and periods.is_closing_day
),

final as (
    {{ usd_values(['effect']) }}
)

select * from final
