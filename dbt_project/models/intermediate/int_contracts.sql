with contracts as (
    select * from {{ ref('stg_contracts_signed') }}
),

accounts as (
    select * from {{ ref('dim_accounts') }}
),

rates as (
    select * from {{ ref('int_fx_rates') }}
),

-- A contract is signed once; what is said again changes nothing.
signatures as (
    select
        contracts.contract_id,
        contracts.account_id,
        contracts.committed_minor,
        contracts.currency,
        contracts.seats,
        {{ reporting_day('least(contracts.occurred_at, contracts.starts_at)') }}
            as agreed_on,
        {{ reporting_day('contracts.starts_at') }} as starts_on,
        {{ reporting_day('contracts.ends_at') }} as ends_on
    from contracts
    where not contracts.is_test
    qualify row_number() over (
            partition by contracts.contract_id
            order by contracts.occurred_at, contracts.event_id
        ) = 1
),

-- A month is a twelfth of 365 days, so that a year is committed in twelve parts.
terms as (
    select
        signatures.*,
        12 * {{ days_between('signatures.starts_on', 'signatures.ends_on') }}
        / cast(365 as double) as term_months
    from signatures
    where signatures.starts_on < signatures.ends_on
),

final as (
    select
        terms.contract_id,
        terms.account_id,
        coalesce(accounts.region, 'unknown') as region,
        terms.agreed_on,
        terms.starts_on,
        terms.ends_on,
        terms.seats,
        {{ usd_micros(
            'terms.committed_minor',
            'rates.micros_per_minor',
            'rates.units_per_usd'
        ) }} as committed_micros,
        {{ usd_micros(
            'terms.committed_minor',
            'rates.micros_per_minor',
            'rates.units_per_usd',
            'terms.term_months'
        ) }} as mrr_micros
    from terms
    left join rates
        on
            terms.currency = rates.currency
            and terms.starts_on >= rates.valid_from
            and (
                rates.valid_to is null
                or terms.starts_on < rates.valid_to
            )
    left join accounts
        on terms.account_id = accounts.account_id
)

select * from final
