{{ revenue_retention(remaining='kept_booked_micros', base='base_booked_micros') }}
