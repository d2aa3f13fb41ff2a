{{ cohort_ratio(
    'cast(' ~ usd('cohort_months.net_micros') ~ ' as double)',
    'cohort_months.accounts',
) }}
