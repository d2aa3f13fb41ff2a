-- Harm: a mean over 28 days set against a window of another length. Everybody counted
-- in 28 days was there on at least one of them, and on at most all.
with stickiness as (
    select * from {{ ref('stickiness') }}
)

select
    stickiness.grain,
    stickiness.period_start,
    stickiness.region,
    stickiness.numerator,
    stickiness.denominator
from stickiness
where
    28 * stickiness.numerator < stickiness.denominator
    or stickiness.numerator > stickiness.denominator
