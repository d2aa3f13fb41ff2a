{{ concentration_ratio('top_10_usd', 'concentration.paid_usd') }}
