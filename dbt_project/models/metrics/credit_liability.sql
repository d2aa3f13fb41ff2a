{{ usd_metric(
    'fct_credit_liability_daily',
    day='date_day',
    amount='liability_micros',
    dimensions=['region', 'segment', 'plan'],
    grains=['day', 'month'],
    is_balance=true
) }}
