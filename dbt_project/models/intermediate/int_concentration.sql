with account_months as (
    select * from {{ ref('int_account_months') }}
),

ranked as (
    select
        account_months.period_start,
        account_months.mrr_micros + account_months.sales_micros as paid_micros,
        row_number() over (
            partition by account_months.period_start
            order by
                account_months.mrr_micros + account_months.sales_micros desc,
                account_months.account_id
        ) as size_rank
    from account_months
),

-- Dollars squared as doubles: micro-dollars squared would leave the integers.
final as (
    select
        ranked.period_start,
        cast({{ usd('sum(ranked.paid_micros)') }} as double) as paid_usd,
        cast(
            {{ usd(
                'sum(case when ranked.size_rank <= 10 then ranked.paid_micros else 0 end)'
            ) }} as double
        ) as top_10_usd,
        sum(
            cast({{ usd('ranked.paid_micros') }} as double)
            * cast({{ usd('ranked.paid_micros') }} as double)
        ) as squared_usd
    from ranked
    group by ranked.period_start
)

select * from final
