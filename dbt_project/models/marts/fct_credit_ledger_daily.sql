with grants as (
    select * from {{ ref('int_grant_types') }}
),

spent as (
    select * from {{ ref('stg_credits_spent') }}
),

refunded as (
    select * from {{ ref('stg_credits_refunded') }}
),

expired as (
    select * from {{ ref('stg_credits_expired') }}
),

-- What happened to credits of known grants, from which account to which.
transactions as (
    select
        grants.granted_on as entry_day,
        'granted' as kind,
        'issued' as from_account,
        'wallets' as to_account,
        grants.grant_type,
        grants.granted_credits as credits
    from grants
    {% for kind, from_account, to_account in [
        ('spent', 'wallets', 'burnt'),
        ('refunded', 'burnt', 'wallets'),
        ('expired', 'wallets', 'expired'),
    ] %}
    union all
    select
        {{ kind }}.occurred_on as entry_day,
        '{{ kind }}' as kind,
        '{{ from_account }}' as from_account,
        '{{ to_account }}' as to_account,
        grants.grant_type,
        {{ kind }}.{{ kind }}_credits as credits
    from {{ kind }}
    inner join grants
        on {{ kind }}.grant_id = grants.grant_id
    {% endfor %}
),

daily as (
    select
        transactions.entry_day,
        transactions.kind,
        transactions.from_account,
        transactions.to_account,
        transactions.grant_type,
        sum(transactions.credits) as credits
    from transactions
    where transactions.entry_day <= {{ as_of() }}
    group by
        transactions.entry_day,
        transactions.kind,
        transactions.from_account,
        transactions.to_account,
        transactions.grant_type
),

-- Each transaction is two entries that sum to zero.
final as (
    select
        daily.entry_day,
        daily.kind,
        daily.from_account as ledger_account,
        daily.grant_type,
        cast(-daily.credits as bigint) as credits
    from daily
    union all
    select
        daily.entry_day,
        daily.kind,
        daily.to_account as ledger_account,
        daily.grant_type,
        cast(daily.credits as bigint) as credits
    from daily
)

select * from final
