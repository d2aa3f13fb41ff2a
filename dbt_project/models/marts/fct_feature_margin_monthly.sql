with account_margins as (
    select * from {{ ref('fct_account_margin_monthly') }}
),

payer_costs as (
    select * from {{ ref('int_payer_costs') }}
),

generations_daily as (
    select * from {{ ref('fct_generations_daily') }}
),

charged as (
    select
        payer_costs.account_id,
        {{ month_start('payer_costs.finished_on') }} as month_start,
        payer_costs.mode as feature,
        sum(payer_costs.charged_credits) as credits
    from payer_costs
    where
        payer_costs.charged_credits > 0
        and payer_costs.finished_on <= {{ as_of() }}
    group by
        payer_costs.account_id,
        {{ month_start('payer_costs.finished_on') }},
        payer_costs.mode
),

shares as (
    select
        charged.account_id,
        charged.month_start,
        charged.feature,
        charged.credits,
        cast(
            sum(charged.credits) over (
                partition by charged.account_id, charged.month_start
                order by charged.feature
                rows between unbounded preceding and current row
            ) as bigint
        ) as credits_so_far,
        cast(
            sum(charged.credits) over (
                partition by charged.account_id, charged.month_start
            ) as bigint
        ) as all_credits
    from charged
),

-- An account's money of a month goes to what its credits of the month went to;
-- differences of rounded-down shares leave nothing over.
money as (
    select
        account_margins.month_start,
        coalesce(shares.feature, 'none') as feature,
        {% for amount in ['revenue', 'fee'] %}
        case
            when shares.feature is null then account_margins.{{ amount }}_micros
            else
                (case when account_margins.{{ amount }}_micros < 0 then -1 else 1 end)
                * (
                    {{ earned_share(
                        'abs(account_margins.' ~ amount ~ '_micros)',
                        'shares.credits_so_far',
                        'shares.all_credits'
                    ) }}
                    - (
                        {{ earned_share(
                            'abs(account_margins.' ~ amount ~ '_micros)',
                            '(shares.credits_so_far - shares.credits)',
                            'shares.all_credits'
                        ) }}
                    )
                )
        end as {{ amount }}_micros,
        {% endfor %}
        0 as cost_micros
    from account_margins
    left join shares
        on
            account_margins.account_id = shares.account_id
            and account_margins.month_start = shares.month_start
    where
        account_margins.revenue_micros <> 0
        or account_margins.fee_micros <> 0
),

parts as (
    select * from money
    union all
    select
        {{ month_start('generations_daily.finished_on') }} as month_start,
        generations_daily.mode as feature,
        0 as revenue_micros,
        0 as fee_micros,
        generations_daily.cost_micros
    from generations_daily
    where generations_daily.finished_on <= {{ as_of() }}
),

final as (
    select
        parts.month_start,
        parts.feature,
        cast(sum(parts.revenue_micros) as bigint) as revenue_micros,
        cast(sum(parts.cost_micros) as bigint) as cost_micros,
        cast(sum(parts.fee_micros) as bigint) as fee_micros
    from parts
    group by parts.month_start, parts.feature
)

select * from final
