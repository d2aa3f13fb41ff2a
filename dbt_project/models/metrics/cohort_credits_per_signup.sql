{{ cohort_ratio(
    'cohort_months.spent_credits',
    'cohort_months.accounts',
) }}
