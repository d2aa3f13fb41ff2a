{{ generation_share(
    part='generations_daily.shared',
    whole='generations_daily.generations',
    dimensions={'model': 'model_id', 'mode': 'mode', 'region': 'region'},
    where="generations_daily.status = 'succeeded' and generations_daily.audience <> 'api'",
    lag_days=7,
) }}
