{{ usd_metric(
    'fct_revenue_daily',
    day='earned_on',
    amount='revenue_micros',
    dimensions=['region', 'segment', 'plan', 'channel'],
    grains=['day', 'month']
) }}
