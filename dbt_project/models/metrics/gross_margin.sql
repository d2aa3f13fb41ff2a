{{ margin_after(costs='margin_daily.cost_micros') }}
