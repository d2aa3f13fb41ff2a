{{ free_to_paid(days=90) }}
