{{ api_usage(
    value='cast(slices.calls as bigint)',
    numerator='null',
    denominator='null',
    type='bigint',
) }}
