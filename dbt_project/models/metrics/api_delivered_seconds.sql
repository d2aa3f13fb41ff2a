{{ api_usage(
    value='cast(slices.delivered_ms as double) / 1000',
    numerator='null',
    denominator='null',
    type='double',
) }}
