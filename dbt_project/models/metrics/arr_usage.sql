{{ usd_metric(
    'fct_payments',
    day='paid_on',
    amount='amount_micros * 12',
    dimensions=['region', 'plan'],
    grains=['month'],
    only="mart.kind in ('usage', 'api_package')"
) }}
