{{ latency_quantile(percent=95) }}
