{{ usd_metric(
    'int_usage_sales',
    day='month_start',
    amount='beyond_micros * 12',
    dimensions=['region', 'plan'],
    grains=['month']
) }}
