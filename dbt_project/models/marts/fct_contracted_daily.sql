with contract_intervals as (
    select * from {{ ref('int_contract_intervals') }}
),

dates as (
    select * from {{ ref('dim_dates') }}
),

changes as (
    select
        contract_intervals.started_on as changed_on,
        contract_intervals.region,
        contract_intervals.segment,
        contract_intervals.plan_id,
        contract_intervals.mrr_micros as change_micros
    from contract_intervals
    union all
    select
        contract_intervals.ended_on as changed_on,
        contract_intervals.region,
        contract_intervals.segment,
        contract_intervals.plan_id,
        -contract_intervals.mrr_micros as change_micros
    from contract_intervals
    where contract_intervals.ended_on is not null
),

{{ daily_balances({'change_micros': '+1'}, 'mrr_micros') }}
