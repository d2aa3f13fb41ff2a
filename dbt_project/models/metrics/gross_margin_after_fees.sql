{{ margin_after(costs=['cost_micros', 'fee_micros']) }}
