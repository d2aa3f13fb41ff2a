{#- What becomes of signups: metrics that differ in a number share their text here. -#}

{#- Share of a period's signups whose first payment came within `days` x 24 hours. By
    credits, who had used up a grant before paying, or before the days were over, had run
    out. -#}
{%- macro free_to_paid(days) -%}
with signups as (
    select * from {{ ref('int_signup_steps') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

conversions as (
    select
        signups.registered_on,
        signups.region,
        signups.channel,
        signups.platform,
        signups.first_feature,
        case
            when
                signups.credits_out_at <= least(
                    coalesce(signups.paid_at, signups.credits_out_at),
                    signups.registered_at + interval '{{ days }}' day
                )
                then 'ran_out'
            else 'has_credits'
        end as credit_state,
        case
            when
                signups.paid_at >= signups.registered_at
                and signups.paid_at
                <= signups.registered_at + interval '{{ days }}' day
                then 1
            else 0
        end as has_paid
    from signups
),

-- Days first: a week and a month add the same few rows.
days as (
    select
        conversions.registered_on,
        conversions.region,
        conversions.channel,
        conversions.platform,
        conversions.first_feature,
        conversions.credit_state,
        sum(conversions.has_paid) as paid_signups,
        count(*) as all_signups
    from conversions
    group by
        conversions.registered_on,
        conversions.region,
        conversions.channel,
        conversions.platform,
        conversions.first_feature,
        conversions.credit_state
),

cohorts as (
    select
        periods.grain,
        periods.period_start,
        periods.period_last_day,
        coalesce(days.region, 'all') as region,
        coalesce(days.channel, 'all') as channel,
        coalesce(days.platform, 'all') as platform,
        coalesce(days.first_feature, 'all') as first_feature,
        coalesce(days.credit_state, 'all') as credit_state,
        sum(days.paid_signups) as paid_signups,
        sum(days.all_signups) as all_signups
    from days
    inner join periods
        on days.registered_on = periods.date_day
    where
        periods.grain in ('week', 'month')
        and periods.is_closed_day
    group by grouping sets (
        (periods.grain, periods.period_start, periods.period_last_day)
        {% for dimension in [
            'region', 'channel', 'platform', 'first_feature', 'credit_state'
        ] %}
        ,
        (
            periods.grain,
            periods.period_start,
            periods.period_last_day,
            days.{{ dimension }}
        )
        {% endfor %}
    )
),

-- The last signup of a cohort has had its days when the cohort is mature.
final as (
    select
        cohorts.grain,
        cohorts.period_start,
        cohorts.region,
        cohorts.channel,
        cohorts.platform,
        cohorts.first_feature,
        cohorts.credit_state,
        cast(cohorts.paid_signups as double)
        / nullif(cohorts.all_signups, 0) as value,
        cast(cohorts.paid_signups as bigint) as numerator,
        cast(cohorts.all_signups as bigint) as denominator,
        case
            when cohorts.period_last_day + {{ days }} <= {{ as_of() }} then 'closed'
            else 'provisional'
        end as state
    from cohorts
)

select * from final
{%- endmacro -%}
