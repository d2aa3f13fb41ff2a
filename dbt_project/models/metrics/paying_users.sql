with payers_daily as (
    select * from {{ ref('int_payers_daily') }}
),

payer_intervals as (
    select * from {{ ref('int_payer_intervals') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

merges as (
    select * from {{ ref('int_merges') }}
),

months as (
    select
        periods.period_start,
        periods.state,
        min(periods.date_day) as first_day,
        max(periods.date_day) as last_day
    from periods
    where
        periods.grain = 'month'
        and periods.is_closed_day
    group by periods.period_start, periods.state
),

slices as (
    select
        payer_intervals.account_id,
        payer_intervals.region,
        payer_intervals.segment,
        payer_intervals.started_on,
        payer_intervals.ended_on
    from payer_intervals
    where payer_intervals.segment = 'all'
    union all
    select
        payer_intervals.account_id,
        'all' as region,
        payer_intervals.segment,
        payer_intervals.started_on,
        payer_intervals.ended_on
    from payer_intervals
),

-- A month counts whoever paid on any of its days, once, merged or not.
monthly as (
    select
        'month' as grain,
        months.period_start,
        slices.region,
        slices.segment,
        count(distinct coalesce(merges.account_id, slices.account_id)) as value,
        months.state
    from slices
    inner join months
        on
            slices.started_on <= months.last_day
            and slices.ended_on > months.first_day
    left join merges
        on
            slices.account_id = merges.merged_account_id
            and months.last_day >= merges.merged_on
    group by
        months.period_start,
        slices.region,
        slices.segment,
        months.state
),

daily as (
    select
        'day' as grain,
        periods.period_start,
        payers_daily.region,
        payers_daily.segment,
        payers_daily.paying_accounts as value,
        periods.state
    from payers_daily
    inner join periods
        on payers_daily.date_day = periods.date_day
    where periods.grain = 'day'
),

readings as (
    select * from monthly
    union all
    select * from daily
),

final as (
    select
        readings.grain,
        readings.period_start,
        readings.region,
        readings.segment,
        readings.value,
        cast(null as bigint) as numerator,
        cast(null as bigint) as denominator,
        readings.state
    from readings
)

select * from final
