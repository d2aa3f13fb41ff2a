with generations as (
    select * from {{ ref('stg_generations_finished') }}
    {{ where_touched('account_id') }}
),

first_payments as (
    select * from {{ ref('int_first_payments') }}
    {{ where_touched('account_id') }}
),

-- The whole month of the first payment: its credits share out the revenue of it.
final as (
    select
        generations.account_id,
        generations.occurred_on as finished_on,
        generations.mode,
        cast(sum(generations.charged_credits) as bigint) as charged_credits,
        cast(sum(generations.cost_micros) as bigint) as cost_micros
    from generations
    inner join first_payments
        on generations.account_id = first_payments.account_id
    where
        not generations.is_test
        and generations.occurred_on
        >= {{ month_start('first_payments.first_paid_on') }}
    group by generations.account_id, generations.occurred_on, generations.mode
)

select * from final
{{ and_untouched('account_id') }}
