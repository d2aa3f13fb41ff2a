{{ generation_share(
    part="case when generations_daily.outcome <> 'kept' then generations_daily.cost_micros else 0 end",
    whole='generations_daily.cost_micros',
    dimensions={'model': 'model_id', 'mode': 'mode', 'region': 'region'},
    lag_days=7,
) }}
