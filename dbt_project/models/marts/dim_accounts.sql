with users as (
    select * from {{ ref('dim_users') }}
    {{ where_touched('account_id') }}
),

-- The person who opened the account gives it its region.
openings as (
    select *
    from users
    qualify row_number() over (
            partition by account_id
            order by registered_at, user_id
        ) = 1
),

final as (
    select
        openings.account_id,
        openings.user_id as opened_by_user_id,
        openings.registered_at as opened_at,
        openings.registered_on as opened_on,
        openings.country,
        openings.region,
        openings.channel,
        openings.is_test,
        openings.is_bot
    from openings
)

select * from final
{{ and_untouched('account_id') }}
