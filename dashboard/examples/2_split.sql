-- Weekly actives by region: a slice is a row of its own
select period_start, region, value as sample_users
from metrics.weekly_active_users
where grain = 'week' and region <> 'all' and state = 'closed'
order by period_start, region
