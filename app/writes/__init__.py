"""What we write to a shop's platform: kept as rows, sent by the push job, recognised when it comes back."""
