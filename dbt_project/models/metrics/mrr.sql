{{ usd_metric(
    'fct_mrr_daily',
    day='date_day',
    amount='mrr_micros',
    dimensions=['region', 'segment', 'plan'],
    grains=['day', 'month'],
    is_balance=true
) }}
