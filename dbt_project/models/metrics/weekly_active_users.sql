{{ rolling_actives(window_days=7) }}
