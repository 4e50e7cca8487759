"""The shop's admin, as far as it takes to frame the panel: each platform's page, tokens and messages."""
