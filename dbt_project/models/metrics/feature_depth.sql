with feature_users as (
    select * from {{ ref('int_feature_users') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

counts as (
    {% for grain in ['week', 'month'] %}
    select
        '{{ grain }}' as grain,
        feature_users.{{ grain }}_start as period_start,
        coalesce(feature_users.feature, 'all') as feature,
        sum(feature_users.generations) as generations,
        count(distinct feature_users.user_id) as users
    from feature_users
    group by grouping sets (
        (feature_users.{{ grain }}_start),
        (feature_users.{{ grain }}_start, feature_users.feature)
    )
    {% if not loop.last %}
    union all
    {% endif %}
    {% endfor %}
),

final as (
    select
        counts.grain,
        counts.period_start,
        counts.feature,
        cast(counts.generations as double) / nullif(counts.users, 0) as value,
        cast(counts.generations as bigint) as numerator,
        cast(counts.users as bigint) as denominator,
        periods.state
    from counts
    inner join periods
        on
            counts.grain = periods.grain
            and counts.period_start = periods.period_start
    where periods.date_day = periods.period_start
)

select * from final
