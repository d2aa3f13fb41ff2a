with subscription_intervals as (
    select * from {{ ref('int_subscription_intervals') }}
),

rates as (
    select * from {{ ref('int_fx_rates') }}
),

merges as (
    select * from {{ ref('int_merges') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

-- The close of a month is compared with the close of the same month a year before.
months as (
    select
        periods.period_start,
        periods.state,
        periods.date_day as closing_day,
        cast(periods.date_day + 1 - interval '12' month as date) - 1 as base_day
    from periods
    where
        periods.grain = 'month'
        and periods.is_closing_day
),

-- Both ends at the rates of the base day, so that no rate moves retention, and for the
-- accounts as they are known now, so that no merge does.
valued as (
    select
        months.period_start,
        months.state,
        months.base_day,
        months.closing_day,
        coalesce(merges.account_id, subscription_intervals.account_id) as account_id,
        subscription_intervals.region,
        subscription_intervals.started_on,
        subscription_intervals.ended_on,
        subscription_intervals.mrr_micros as booked_micros,
        {{ usd_micros(
            'subscription_intervals.price_minor',
            'rates.micros_per_minor',
            'rates.units_per_usd',
            'subscription_intervals.interval_months'
        ) }} as constant_micros
    from months
    inner join subscription_intervals
        on
            months.closing_day >= subscription_intervals.started_on
            and (
                subscription_intervals.ended_on is null
                or months.base_day < subscription_intervals.ended_on
            )
    left join merges
        on subscription_intervals.account_id = merges.merged_account_id
    left join rates
        on
            subscription_intervals.currency = rates.currency
            and months.base_day >= rates.valid_from
            and (
                rates.valid_to is null
                or months.base_day < rates.valid_to
            )
),

accounts as (
    select
        valued.period_start,
        valued.state,
        valued.base_day,
        valued.account_id,
        valued.region,
        {% for base, view in [('base_booked', 'booked'), ('base', 'constant')] %}
        sum(
            case
                when valued.started_on <= valued.base_day then valued.{{ view }}_micros
                else 0
            end
        ) as {{ base }}_micros,
        {% endfor %}
        sum(
            case
                when
                    valued.ended_on is null
                    or valued.closing_day < valued.ended_on
                    then valued.constant_micros
                else 0
            end
        ) as closing_micros,
        sum(
            case
                when
                    valued.ended_on is null
                    or valued.closing_day < valued.ended_on
                    then valued.booked_micros
                else 0
            end
        ) as closing_booked_micros
    from valued
    group by
        valued.period_start,
        valued.state,
        valued.base_day,
        valued.account_id,
        valued.region
),

final as (
    select
        accounts.period_start,
        accounts.state,
        accounts.base_day,
        accounts.account_id,
        accounts.region,
        cast(accounts.base_booked_micros as bigint) as base_booked_micros,
        cast(accounts.base_micros as bigint) as base_micros,
        cast(accounts.closing_micros as bigint) as closing_micros,
        cast(accounts.closing_booked_micros as bigint) as closing_booked_micros
    from accounts
    where accounts.base_micros > 0
)

select * from final
