with payments as (
    select * from {{ ref('fct_payments') }}
    {{ where_touched('account_id') }}
),

refunds as (
    select * from {{ ref('fct_refunds') }}
    {{ where_touched('account_id') }}
),

spent as (
    select * from {{ ref('stg_credits_spent') }}
    {{ where_touched('account_id') }}
),

parts as (
    select
        payments.account_id,
        {{ month_start('payments.paid_on') }} as month_start,
        payments.amount_micros as net_micros,
        0 as spent_credits
    from payments
    where payments.paid_on <= {{ as_of() }}
    union all
    select
        refunds.account_id,
        {{ month_start('refunds.refunded_on') }} as month_start,
        -refunds.amount_micros as net_micros,
        0 as spent_credits
    from refunds
    where refunds.refunded_on <= {{ as_of() }}
    union all
    select
        spent.account_id,
        {{ month_start('spent.occurred_on') }} as month_start,
        0 as net_micros,
        spent.spent_credits
    from spent
    where
        not spent.is_test
        and spent.occurred_on <= {{ as_of() }}
),

final as (
    select
        parts.account_id,
        parts.month_start,
        cast(sum(parts.net_micros) as bigint) as net_micros,
        cast(sum(parts.spent_credits) as bigint) as spent_credits
    from parts
    group by parts.account_id, parts.month_start
)

select * from final
{{ and_untouched('account_id') }}
