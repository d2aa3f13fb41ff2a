with parts as (
    select * from {{ ref('int_revenue_parts') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

policies as (
    select * from {{ ref('int_policies') }}
),

rates as (
    select * from {{ ref('int_fx_rates') }}
),

months as (
    select
        periods.period_start,
        parts.region,
        parts.segment,
        parts.plan_id,
        parts.channel,
        parts.currency,
        parts.units_per_usd,
        least(periods.period_last_day, {{ as_of() }}) as closing_day,
        sum(parts.revenue_micros) as revenue_micros
    from parts
    inner join periods
        on parts.earned_on = periods.date_day
    where periods.grain = 'month'
    group by
        periods.period_start,
        periods.period_last_day,
        parts.region,
        parts.segment,
        parts.plan_id,
        parts.channel,
        parts.currency,
        parts.units_per_usd
),

-- From dollars at the booked rate to dollars at another one, rounded once.
valued as (
    select
        months.*,
        cast(
            floor(
                months.revenue_micros * months.units_per_usd
                / nullif(closing_rates.units_per_usd, 0)
                + 0.5
            ) as bigint
        ) as closing_micros,
        cast(
            floor(
                months.revenue_micros * months.units_per_usd
                / nullif(reference_rates.units_per_usd, 0)
                + 0.5
            ) as bigint
        ) as reference_micros
    from months
    cross join policies
    left join rates as closing_rates
        on
            months.currency = closing_rates.currency
            and months.closing_day >= closing_rates.valid_from
            and (
                closing_rates.valid_to is null
                or months.closing_day < closing_rates.valid_to
            )
    left join rates as reference_rates
        on
            months.currency = reference_rates.currency
            and policies.fx_reference_date >= reference_rates.valid_from
            and (
                reference_rates.valid_to is null
                or policies.fx_reference_date < reference_rates.valid_to
            )
),

final as (
    select
        valued.period_start,
        valued.region,
        valued.segment,
        valued.plan_id,
        valued.channel,
        valued.currency,
        valued.units_per_usd,
        cast(valued.revenue_micros as bigint) as booked_micros,
        valued.closing_micros as period_end_micros,
        valued.reference_micros as constant_micros
    from valued
)

select * from final
