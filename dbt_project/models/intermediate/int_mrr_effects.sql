with subscription_intervals as (
    select * from {{ ref('int_subscription_intervals') }}
),

movements as (
    select * from {{ ref('fct_mrr_movements') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

months as (
    select
        periods.period_start,
        periods.date_day as closing_day
    from periods
    where
        periods.grain = 'month'
        and periods.is_closing_day
),

closings as (
    select
        months.period_start,
        subscription_intervals.region,
        subscription_intervals.plan_id,
        count(*) as subscriptions,
        sum(subscription_intervals.mrr_micros) as mrr_micros
    from months
    inner join subscription_intervals
        on
            months.closing_day >= subscription_intervals.started_on
            and (
                subscription_intervals.ended_on is null
                or months.closing_day < subscription_intervals.ended_on
            )
    where subscription_intervals.mrr_micros > 0
    group by
        months.period_start,
        subscription_intervals.region,
        subscription_intervals.plan_id
),

-- A month's close is set against the close before it; either may be missing.
ends as (
    select
        closings.period_start,
        closings.region,
        closings.plan_id,
        closings.subscriptions as closing_subscriptions,
        closings.mrr_micros as closing_micros,
        0 as opening_subscriptions,
        0 as opening_micros,
        0 as fx_micros
    from closings
    union all
    select
        {{ next_month('closings.period_start') }} as period_start,
        closings.region,
        closings.plan_id,
        0 as closing_subscriptions,
        0 as closing_micros,
        closings.subscriptions as opening_subscriptions,
        closings.mrr_micros as opening_micros,
        0 as fx_micros
    from closings
    union all
    select
        movements.period_start,
        movements.region,
        movements.plan_id,
        0 as closing_subscriptions,
        0 as closing_micros,
        0 as opening_subscriptions,
        0 as opening_micros,
        movements.amount_micros as fx_micros
    from movements
    where
        movements.grain = 'month'
        and movements.movement = 'fx'
),

final as (
    select
        ends.period_start,
        ends.region,
        ends.plan_id,
        cast(sum(ends.opening_subscriptions) as bigint) as opening_subscriptions,
        cast(sum(ends.closing_subscriptions) as bigint) as closing_subscriptions,
        cast(sum(ends.opening_micros) as bigint) as opening_micros,
        cast(sum(ends.closing_micros) as bigint) as closing_micros,
        cast(sum(ends.fx_micros) as bigint) as fx_micros
    from ends
    inner join months
        on ends.period_start = months.period_start
    group by ends.period_start, ends.region, ends.plan_id
)

select * from final
