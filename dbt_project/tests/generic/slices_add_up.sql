{#- The slices of each dimension add up to the total: no row was lost or doubled. -#}
{% test slices_add_up(model, dimensions) %}

with totals as (
    select
        grain,
        period_start,
        value as total
    from {{ model }}
    where
        true
        {% for dimension in dimensions %}
            and {{ dimension }} = 'all'
        {% endfor %}
),

slices as (
    {% for sliced in dimensions %}
        select
            grain,
            period_start,
            '{{ sliced }}' as dimension,
            sum(value) as total
        from {{ model }}
        where
            {{ sliced }} <> 'all'
            {% for dimension in dimensions if dimension != sliced %}
                and {{ dimension }} = 'all'
            {% endfor %}
        group by grain, period_start
        {% if not loop.last %}
            union all
        {% endif %}
    {% endfor %}
)

select
    totals.grain,
    totals.period_start,
    slices.dimension,
    totals.total,
    slices.total as total_of_slices
from totals
left join slices
    on
        totals.grain = slices.grain
        and totals.period_start = slices.period_start
where
    slices.total is null
    or slices.total <> totals.total

{% endtest %}
