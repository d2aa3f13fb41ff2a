with policies as (
    select * from {{ ref('policies') }}
),

in_force as (
    select
        policy,
        value
    from policies
    where valid_from <= {{ as_of() }}
    qualify row_number() over (
            partition by policy
            order by valid_from desc
        ) = 1
),

final as (
    select
        cast(max(case when policy = 'grace_days' then value end) as int)
            as grace_days,
        cast(max(case when policy = 'reactivation_days' then value end) as int)
            as reactivation_days,
        cast(
            max(case when policy = 'enterprise_reactivation_days' then value end) as int
        ) as enterprise_reactivation_days,
        max(case when policy = 'breakage_method' then value end) as breakage_method,
        cast(
            max(case when policy = 'expected_breakage_percent' then value end) as int
        ) as expected_breakage_percent,
        cast(max(case when policy = 'fx_reference_date' then value end) as date)
            as fx_reference_date,
        max(case when policy = 'reporting_fx_view' then value end)
            as reporting_fx_view
    from in_force
)

select * from final
