{{ usd_metric(
    'fct_adjustments',
    day='valid_from',
    amount='amount_micros',
    dimensions=['region', 'reason'],
    grains=['month'],
    only="mart.measure = 'revenue'"
) }}
