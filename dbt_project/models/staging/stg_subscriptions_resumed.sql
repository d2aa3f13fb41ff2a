{{ subscription_terms('subscription_resumed') }}
