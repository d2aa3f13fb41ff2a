{{ usd_metric(
    'fct_cash_daily',
    day='moved_on',
    amount='cash_micros',
    dimensions=['region', 'segment', 'plan'],
    grains=['day', 'month'],
    across='line'
) }}
