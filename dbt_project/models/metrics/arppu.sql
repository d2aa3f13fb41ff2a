{{ mean_per_account(
    amount='paid_micros',
    accounts='account_months.paid_micros > 0'
) }}
