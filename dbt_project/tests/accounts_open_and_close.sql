-- Harm: churn over the wrong number of customers looks harmless. Accounts at the start
-- of a month, less churned and paused, plus new and returned, are those at the start of
-- the next; a merge takes one away, or puts another in its place.
with openings as (
    select * from {{ ref('int_monthly_openings') }}
),

movements as (
    select * from {{ ref('fct_mrr_movements') }}
),

mrr_periods as (
    select * from {{ ref('int_mrr_periods') }}
),

-- An account with several plans starts or ends once.
moves as (
    select distinct
        movements.period_start,
        movements.account_id,
        movements.region,
        movements.movement
    from movements
    where movements.grain = 'month'
    union all
    select
        mrr_periods.period_start,
        mrr_periods.account_id,
        mrr_periods.region,
        case
            when min(mrr_periods.merged_micros) < 0 then 'merged'
            else 'survives'
        end as movement
    from mrr_periods
    where mrr_periods.grain = 'month'
    group by
        mrr_periods.period_start, mrr_periods.account_id, mrr_periods.region
    having
        (
            min(mrr_periods.merged_micros) < 0
            and max(mrr_periods.closing_micros) = 0
        )
        or (
            max(mrr_periods.merged_micros) > 0
            and max(mrr_periods.opening_micros) = 0
        )
),

changes as (
    select
        moves.period_start,
        moves.region,
        sum(
            case
                when
                    moves.movement in ('new', 'reactivation', 'resume', 'survives')
                    then 1
                when moves.movement in ('churn', 'pause', 'merged') then -1
                else 0
            end
        ) as change_accounts
    from moves
    group by moves.period_start, moves.region
),

expected as (
    select
        openings.period_start,
        openings.region,
        openings.opening_accounts
    from openings
    where openings.region <> 'all'
    union all
    select
        changes.period_start,
        changes.region,
        changes.change_accounts as opening_accounts
    from changes
),

closings as (
    select
        {{ next_month('expected.period_start') }} as period_start,
        expected.region,
        sum(expected.opening_accounts) as accounts
    from expected
    group by {{ next_month('expected.period_start') }}, expected.region
)

select
    closings.period_start,
    closings.region,
    closings.accounts,
    openings.opening_accounts
from closings
left join openings
    on
        closings.period_start = openings.period_start
        and closings.region = openings.region
where
    closings.period_start <= {{ as_of() }}
    and closings.accounts <> coalesce(openings.opening_accounts, 0)
