{{ margin_after(costs=['cost_micros']) }}
