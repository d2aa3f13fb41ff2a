{{ active_days(weeks=4) }}
