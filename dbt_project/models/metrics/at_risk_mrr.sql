{{ usd_metric(
    'fct_at_risk_daily',
    day='date_day',
    amount='at_risk_micros',
    dimensions=['region', 'segment', 'plan'],
    grains=['day', 'month'],
    is_balance=true
) }}
