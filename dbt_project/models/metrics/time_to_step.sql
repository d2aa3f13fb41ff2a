{{ median_hours('int_step_times', key='step') }}
