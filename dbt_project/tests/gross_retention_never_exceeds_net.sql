-- Harm: gross retention above net says that growth lost money: one of them is wrong.
with cells as (
    select * from {{ ref('int_retention_cells') }}
)

select
    cells.period_start,
    cells.region,
    cells.kept_micros,
    cells.closing_micros,
    cells.base_micros
from cells
where
    cells.kept_micros > cells.closing_micros
    or cells.kept_micros > cells.base_micros
