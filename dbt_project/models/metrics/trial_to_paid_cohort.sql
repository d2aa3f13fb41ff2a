with trials as (
    select * from {{ ref('int_trials') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

cells as (
    select
        periods.grain,
        periods.period_start,
        case
            when periods.period_last_day + 30 <= {{ as_of() }} then 'closed'
            else 'provisional'
        end as state,
        trials.region,
        trials.plan_id as plan,
        case
            when trials.kept_at <= trials.tried_at + interval '30' day then 1
            else 0
        end as kept_trials,
        1 as all_trials
    from trials
    inner join periods
        on trials.tried_on = periods.date_day
    where
        periods.grain in ('week', 'month')
        and periods.is_closed_day
),

slices as (
    {{ sums_by_slice(['region', 'plan'], ['kept_trials', 'all_trials']) }}
),

final as (
    {{ share_values('kept_trials', 'all_trials', ['region', 'plan']) }}
)

select * from final
