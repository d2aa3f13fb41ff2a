with mrr_periods as (
    select * from {{ ref('int_mrr_periods') }}
),

restatements as (
    select * from {{ ref('int_mrr_restatements') }}
),

-- MRR that a merge brings was there before; what it takes away is not lost.
merged as (
    select
        mrr_periods.*,
        mrr_periods.opening_micros
        + sum(greatest(mrr_periods.merged_micros, 0)) over account_period
            as held_before_micros,
        mrr_periods.closing_micros
        - sum(least(mrr_periods.merged_micros, 0)) over account_period
            as held_after_micros,
        mrr_periods.change_micros - mrr_periods.fx_micros - mrr_periods.merged_micros
            as net_micros
    from mrr_periods
    window account_period as (
        partition by
            mrr_periods.grain, mrr_periods.period_start, mrr_periods.account_id
    )
),

named as (
    select
        merged.*,
        sum(merged.net_micros) over (
            partition by merged.grain, merged.period_start, merged.account_id
        ) as account_net_micros,
        case
            when merged.held_before_micros = 0 and merged.ends_pause then 'resume'
            when merged.held_before_micros = 0 and merged.had_paid_before
                then 'reactivation'
            when merged.held_before_micros = 0 then 'new'
            when merged.held_after_micros = 0 and merged.starts_pause then 'pause'
            when merged.held_after_micros = 0 then 'churn'
        end as start_or_end
    from merged
),

-- Of an account that stays, the plan that moved most in its direction moved it.
ranked as (
    select
        named.*,
        row_number() over (
            partition by named.grain, named.period_start, named.account_id
            order by
                case
                    when named.account_net_micros < 0 then -named.net_micros
                    else named.net_micros
                end desc,
                named.plan_id
        ) as plan_rank
    from named
),

split as (
    select
        ranked.*,
        case
            when ranked.start_or_end is not null then ranked.net_micros
            when ranked.plan_rank = 1 then ranked.account_net_micros
            else 0
        end as moved_micros
    from ranked
),

movements as (
    select
        split.*,
        case
            when split.start_or_end is not null then split.start_or_end
            when split.account_net_micros > 0 then 'expansion'
            else 'contraction'
        end as movement,
        split.moved_micros as amount_micros
    from split
    {% for movement, amount in [
        ('transfer', 'net_micros - split.moved_micros + split.merged_micros'),
        ('fx', 'fx_micros'),
    ] %}
    union all
    select
        split.*,
        '{{ movement }}' as movement,
        split.{{ amount }} as amount_micros
    from split
    {% endfor %}
),

final as (
    {% for moves in ['movements', 'restatements'] %}
    select
        {{ moves }}.grain,
        {{ moves }}.period_start,
        {{ moves }}.account_id,
        {{ moves }}.region,
        {{ moves }}.segment,
        {{ moves }}.plan_id,
        {{ moves }}.movement,
        {{ moves }}.movement = 'churn' and {{ moves }}.is_involuntary
            as is_involuntary,
        cast({{ moves }}.amount_micros as bigint) as amount_micros
    from {{ moves }}
    where {{ moves }}.amount_micros <> 0
    {{ '' if loop.last else 'union all' }}
    {% endfor %}
)

select * from final
