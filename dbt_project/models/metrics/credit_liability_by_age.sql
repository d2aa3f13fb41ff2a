with grants as (
    select * from {{ ref('fct_paid_grants') }}
),

grant_earnings as (
    select * from {{ ref('int_grant_earnings') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

-- What is owed of each grant at the close of the month, and how old it is by then.
owed as (
    select
        periods.grain,
        periods.period_start,
        periods.state,
        {{ days_between('grants.granted_on', 'periods.date_day') }} as age_days,
        grants.region,
        grants.plan_id,
        grant_earnings.consideration_micros - grant_earnings.earned_micros
            as amount_micros
    from periods
    inner join grant_earnings
        on
            periods.date_day >= grant_earnings.used_on
            and (
                grant_earnings.next_used_on is null
                or periods.date_day < grant_earnings.next_used_on
            )
    inner join grants
        on grant_earnings.grant_id = grants.grant_id
    where
        periods.grain = 'month'
        and periods.is_closing_day
),

cells as (
    select
        owed.grain,
        owed.period_start,
        owed.state,
        case
            when owed.age_days <= 30 then '0-30'
            when owed.age_days <= 90 then '31-90'
            when owed.age_days <= 180 then '91-180'
            when owed.age_days <= 365 then '181-365'
            else 'over 365'
        end as age,
        owed.region,
        owed.plan_id as plan,
        owed.amount_micros
    from owed
),

slices as (
    {{ sums_by_slice(['region', 'plan'], ['amount_micros'], across='age') }}
),

final as (
    {{ usd_values(['age', 'region', 'plan']) }}
)

select * from final
