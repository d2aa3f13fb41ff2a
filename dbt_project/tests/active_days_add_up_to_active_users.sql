-- Harm: a histogram of habits that is not of the people on the headline. Its bars are
-- together the active users of the Sunday, over 7 days and over 28.
{% for histogram, total in [
    ('active_days_7', 'weekly_active_users'),
    ('active_days_28', 'monthly_active_users'),
] %}
select
    '{{ histogram }}' as metric,
    bars.period_start,
    bars.users,
    totals.value
from (
    select
        period_start,
        sum(value) as users
    from {{ ref(histogram) }}
    where
        days <> 'all'
        and state = 'closed'
    group by period_start
) as bars
inner join {{ ref(total) }} as totals
    on
        bars.period_start = totals.period_start
        and totals.grain = 'week'
        and totals.region = 'all'
        and totals.platform = 'all'
        and totals.plan = 'all'
where
    totals.state = 'closed'
    and bars.users <> totals.value
{% if not loop.last %}
union all
{% endif %}
{% endfor %}
