{{ api_usage(
    value='cast(slices.errors as double) / nullif(slices.calls, 0)',
    numerator='slices.errors',
    denominator='slices.calls',
    type='bigint',
) }}
