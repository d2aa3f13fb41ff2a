with grants as (
    select * from {{ ref('stg_credits_granted') }}
),

payments as (
    select * from {{ ref('fct_payments') }}
),

accounts as (
    select * from {{ ref('dim_accounts') }}
),

policies as (
    select * from {{ ref('int_policies') }}
),

rates as (
    select * from {{ ref('int_fx_rates') }}
),

-- Plan credits are earned with their subscription; free ones earn nothing.
sold_grants as (
    select
        grants.grant_id,
        grants.account_id,
        grants.grant_type,
        grants.granted_credits,
        grants.consideration_minor,
        grants.currency,
        grants.occurred_on as granted_on,
        {{ reporting_day('grants.expires_at') }} as expires_on
    from grants
    where
        grants.grant_type in ('pack', 'api_package')
        and grants.consideration_minor > 0
        and not grants.is_test
    qualify row_number() over (
            partition by grants.grant_id
            order by grants.occurred_at, grants.event_id
        ) = 1
),

grant_payments as (
    select
        payments.grant_id,
        max(payments.segment) as segment
    from payments
    where payments.grant_id is not null
    group by payments.grant_id
),

final as (
    select
        sold_grants.grant_id,
        sold_grants.account_id,
        sold_grants.granted_on,
        sold_grants.expires_on,
        sold_grants.granted_credits,
        {{ usd_micros(
            'sold_grants.consideration_minor',
            'rates.micros_per_minor',
            'rates.units_per_usd'
        ) }} as consideration_micros,
        case policies.breakage_method
            when 'proportional'
                then
                    greatest(
                        {{ divide_whole(
                            'sold_grants.granted_credits'
                            ~ ' * (100 - policies.expected_breakage_percent)', 100
                        ) }}, 1
                    )
            else sold_grants.granted_credits
        end as earning_credits,
        sold_grants.currency,
        rates.units_per_usd,
        coalesce(accounts.region, 'unknown') as region,
        coalesce(accounts.channel, 'unknown') as channel,
        case
            when sold_grants.grant_type = 'api_package' then 'enterprise'
            else coalesce(grant_payments.segment, 'consumer')
        end as segment,
        case
            when sold_grants.grant_type = 'api_package' then 'api_package'
            else 'credit_pack'
        end as plan_id
    from sold_grants
    left join rates
        on
            sold_grants.currency = rates.currency
            and sold_grants.granted_on >= rates.valid_from
            and (
                rates.valid_to is null
                or sold_grants.granted_on < rates.valid_to
            )
    left join accounts
        on sold_grants.account_id = accounts.account_id
    left join grant_payments
        on sold_grants.grant_id = grant_payments.grant_id
    cross join policies
)

select * from final
