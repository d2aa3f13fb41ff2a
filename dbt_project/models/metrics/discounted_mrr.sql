{{ usd_metric(
    'fct_discounted_daily',
    day='date_day',
    amount='discounted_micros',
    dimensions=['region', 'segment', 'plan'],
    grains=['day', 'month'],
    across='discount',
    is_balance=true
) }}
