with trials as (
    select * from {{ ref('int_trials') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

days as (
    select
        trials.ended_on,
        trials.region,
        trials.plan_id,
        sum(case when trials.kept_at is null then 0 else 1 end) as kept_trials,
        count(*) as ended_trials
    from trials
    where trials.ended_on is not null
    group by trials.ended_on, trials.region, trials.plan_id
),

-- A day counts on itself and the 29 days that follow.
cells as (
    select
        periods.grain,
        periods.period_start,
        periods.state,
        days.region,
        days.plan_id as plan,
        days.kept_trials,
        days.ended_trials
    from days
    inner join periods
        on
            days.ended_on <= periods.date_day
            and periods.date_day < days.ended_on + 30
    where periods.is_closing_day
),

slices as (
    {{ sums_by_slice(['region', 'plan'], ['kept_trials', 'ended_trials']) }}
),

final as (
    {{ share_values('kept_trials', 'ended_trials', ['region', 'plan']) }}
)

select * from final
