-- Harm: the first days of a window hold fewer days than their name says; drawn, they
-- look like growth from nothing.
{% set metrics = [
    'daily_active_users', 'weekly_active_users', 'monthly_active_users',
    'paid_share', 'arr_recognised', 'active_users_by_rung', 'user_lifecycle',
    'user_quick_ratio', 'stickiness', 'net_revenue_retention',
    'gross_revenue_retention', 'net_revenue_retention_booked',
    'gross_revenue_retention_booked', 'payer_value', 'monthly_active_users_30',
    'weekly_creators', 'dau_to_mau', 'active_days_7', 'active_days_28',
    'data_completeness', 'signup_funnel', 'time_to_step', 'time_to_adopt',
    'regenerate_rate', 'subsidy_per_payer', 'cohort_revenue_per_payer'
] %}
{% for metric in metrics %}
select
    '{{ metric }}' as metric,
    grain,
    period_start
from {{ ref(metric) }}
where
    state = 'withheld'
    and value is not null
{% if not loop.last %}
union all
{% endif %}
{% endfor %}
