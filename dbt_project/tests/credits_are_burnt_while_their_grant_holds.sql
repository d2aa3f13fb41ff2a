-- Harm: a burn before its grant was given, or after it expired, is video for credits
-- that nobody holds; the liability and the revenue of the grant are then both wrong.
with grant_uses as (
    select * from {{ ref('int_grant_uses') }}
)

select
    grant_uses.grant_id,
    grant_uses.granted_at,
    grant_uses.first_spent_at,
    grant_uses.last_spent_at,
    grant_uses.expires_at
from grant_uses
where
    grant_uses.first_spent_at < grant_uses.granted_at
    or grant_uses.last_spent_at > grant_uses.expires_at
