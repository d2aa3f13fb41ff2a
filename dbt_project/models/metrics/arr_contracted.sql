{{ usd_metric(
    'fct_contracted_daily',
    day='date_day',
    amount='mrr_micros * 12',
    dimensions=['region', 'segment', 'plan'],
    grains=['day', 'month'],
    is_balance=true
) }}
