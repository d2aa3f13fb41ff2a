-- Harm: credits that come from nowhere or go nowhere are video given away or taken. All
-- entries of a day, kind and type of grant sum to zero.
with ledger as (
    select * from {{ ref('fct_credit_ledger_daily') }}
)

select
    ledger.entry_day,
    ledger.kind,
    ledger.grant_type,
    sum(ledger.credits) as credits
from ledger
group by ledger.entry_day, ledger.kind, ledger.grant_type
having sum(ledger.credits) <> 0
