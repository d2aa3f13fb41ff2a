{{ rolling_actives(window_days=1) }}
