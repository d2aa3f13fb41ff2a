{{ subscription_terms('subscription_started') }}
