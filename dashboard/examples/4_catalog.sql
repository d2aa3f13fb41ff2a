-- What every metric means and who answers for it
select name, label, definition, formula, caveats, owner, definition_version
from metrics.catalog
order by name
