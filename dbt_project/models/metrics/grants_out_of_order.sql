with grant_uses as (
    select * from {{ ref('int_grant_uses') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

begun as (
    select
        grant_uses.*,
        {{ reporting_day('grant_uses.first_spent_at') }} as begun_on
    from grant_uses
    where grant_uses.first_spent_at is not null
),

-- One that ends sooner was there, and neither used up nor over.
passed_over as (
    select distinct begun.grant_id
    from begun
    inner join grant_uses as sooner
        on
            begun.account_id = sooner.account_id
            and begun.first_spent_at >= sooner.granted_at
            and begun.first_spent_at < sooner.expires_at
    where
        (begun.expires_at is null or begun.expires_at > sooner.expires_at)
        and (sooner.used_up_at is null or sooner.used_up_at > begun.first_spent_at)
),

cells as (
    select
        periods.grain,
        periods.period_start,
        periods.state,
        begun.grant_type,
        case when passed_over.grant_id is null then 0 else 1 end as out_of_order,
        1 as grants
    from begun
    inner join periods
        on begun.begun_on = periods.date_day
    left join passed_over
        on begun.grant_id = passed_over.grant_id
    where
        periods.grain = 'month'
        and periods.is_closed_day
),

slices as (
    {{ sums_by_slice(['grant_type'], ['out_of_order', 'grants']) }}
),

final as (
    {{ share_values('out_of_order', 'grants', ['grant_type']) }}
)

select * from final
