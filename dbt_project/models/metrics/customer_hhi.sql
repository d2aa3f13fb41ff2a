{{ concentration_ratio(
    'squared_usd', 'concentration.paid_usd * concentration.paid_usd'
) }}
