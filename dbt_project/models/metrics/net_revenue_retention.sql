{{ revenue_retention(remaining='closing_micros') }}
