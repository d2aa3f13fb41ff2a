{{ usd_metric(
    'fct_margin_daily',
    day='date_day',
    amount='net_revenue_micros',
    dimensions=['region', 'segment'],
    grains=['day', 'month']
) }}
