{{ generation_share(
    part="case when generations_daily.status = 'moderated' then generations_daily.generations else 0 end",
    whole='generations_daily.generations',
    dimensions={'model': 'model_id', 'mode': 'mode', 'region': 'region'},
    where="generations_daily.status <> 'cancelled'",
) }}
