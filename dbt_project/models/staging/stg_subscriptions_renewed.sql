{{ subscription_terms('subscription_renewed') }}
