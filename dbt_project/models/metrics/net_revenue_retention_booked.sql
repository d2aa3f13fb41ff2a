{{ revenue_retention(remaining='closing_booked_micros', base='base_booked_micros') }}
