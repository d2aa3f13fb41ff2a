{{ subscription_terms('subscription_changed') }}
