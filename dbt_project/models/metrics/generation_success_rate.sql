{{ generation_share(
    part="case when generations_daily.status = 'succeeded' then generations_daily.generations else 0 end",
    whole='generations_daily.generations',
    dimensions={'model': 'model_id', 'mode': 'mode', 'resolution': 'resolution', 'region': 'region'},
    where="generations_daily.status <> 'cancelled'",
) }}
