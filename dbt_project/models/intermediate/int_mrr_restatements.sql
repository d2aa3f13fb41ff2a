with adjusted as (
    select * from {{ ref('int_mrr_adjusted') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

final as (
    select
        periods.grain,
        periods.period_start,
        adjusted.account_id,
        adjusted.region,
        adjusted.segment,
        adjusted.plan_id,
        'restatement' as movement,
        false as is_involuntary,
        cast(sum(adjusted.change_micros) as bigint) as amount_micros
    from adjusted
    inner join periods
        on adjusted.changed_on = periods.date_day
    group by
        periods.grain,
        periods.period_start,
        adjusted.account_id,
        adjusted.region,
        adjusted.segment,
        adjusted.plan_id
    having sum(adjusted.change_micros) <> 0
)

select * from final
