{{ mean_per_account(
    amount='mrr_micros',
    accounts='account_months.mrr_micros > 0'
) }}
