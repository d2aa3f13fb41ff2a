{{ revenue_retention(remaining='kept_micros') }}
