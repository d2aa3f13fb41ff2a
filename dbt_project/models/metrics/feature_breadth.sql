with adoption as (
    select * from {{ ref('feature_adoption') }}
),

-- The users of each feature, added up, are pairs of a user and a feature.
readings as (
    select
        adoption.grain,
        adoption.period_start,
        adoption.region,
        cast(sum(adoption.numerator) as bigint) as numerator,
        max(adoption.denominator) as denominator,
        max(adoption.state) as state
    from adoption
    group by adoption.grain, adoption.period_start, adoption.region
),

final as (
    select
        readings.grain,
        readings.period_start,
        readings.region,
        cast(readings.numerator as double) / nullif(readings.denominator, 0) as value,
        readings.numerator,
        readings.denominator,
        readings.state
    from readings
)

select * from final
