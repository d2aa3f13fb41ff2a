{{ latency_quantile(percent=50) }}
