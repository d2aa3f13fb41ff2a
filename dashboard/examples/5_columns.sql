-- Where a column occurs, and what it holds there
select "table", "column", type, description
from meta.columns
where "column" like '%region%'
order by "table"
