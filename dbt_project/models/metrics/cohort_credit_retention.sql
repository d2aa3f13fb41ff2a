{{ cohort_ratio(
    'cohort_months.spenders',
    'cohort_months.accounts',
) }}
