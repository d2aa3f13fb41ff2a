{{ generation_share(
    part="case when generations_daily.outcome = 'repeated' then generations_daily.generations else 0 end",
    whole='generations_daily.prompted',
    dimensions={'model': 'model_id', 'mode': 'mode', 'region': 'region'},
    where="generations_daily.status = 'succeeded'",
    lag_days=1,
) }}
