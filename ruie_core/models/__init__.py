"""Networks: sequences of events in, states, Q-values and intents out. No losses here."""
