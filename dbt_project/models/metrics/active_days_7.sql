{{ active_days(weeks=1) }}
