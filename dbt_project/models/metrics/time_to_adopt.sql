{{ median_hours('int_adoption_times', key='feature') }}
