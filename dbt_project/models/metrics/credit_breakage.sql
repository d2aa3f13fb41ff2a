{{ usd_metric(
    'int_credit_revenue',
    day='earned_on',
    amount='breakage_micros',
    dimensions=['region', 'plan'],
    grains=['day', 'month']
) }}
