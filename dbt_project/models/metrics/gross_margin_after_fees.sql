{{ margin_after(costs='margin_daily.cost_micros + margin_daily.fee_micros') }}
