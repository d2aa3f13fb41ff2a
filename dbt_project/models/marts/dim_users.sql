with registrations as (
    select * from {{ ref('stg_registrations') }}
    {{ where_touched('user_id') }}
),

countries as (
    select * from {{ ref('countries') }}
),

bots as (
    select * from {{ ref('int_bots') }}
    {{ where_touched('user_id') }}
),

-- A person registers once; a second registration changes nothing.
first_registrations as (
    select *
    from registrations
    qualify row_number() over (
            partition by user_id
            order by occurred_at, event_id
        ) = 1
),

final as (
    select
        first_registrations.user_id,
        first_registrations.account_id,
        first_registrations.occurred_at as registered_at,
        first_registrations.occurred_on as registered_on,
        first_registrations.country,
        coalesce(countries.region, 'unknown') as region,
        first_registrations.channel,
        first_registrations.platform,
        first_registrations.is_test,
        bots.user_id is not null as is_bot
    from first_registrations
    left join countries
        on first_registrations.country = countries.country
    left join bots
        on first_registrations.user_id = bots.user_id
)

select * from final
{{ and_untouched('user_id') }}
