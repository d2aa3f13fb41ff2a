{{ generation_share(
    part='generations_daily.repeated',
    whole='generations_daily.prompted',
    dimensions={'model': 'model_id', 'mode': 'mode', 'region': 'region'},
    where="generations_daily.status = 'succeeded'",
    lag_days=1,
) }}
