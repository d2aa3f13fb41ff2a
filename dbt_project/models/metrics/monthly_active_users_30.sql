{{ rolling_actives(window_days=30) }}
