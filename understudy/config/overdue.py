"""When a certificate should have been renewed. Quick to import: a look at a host needs it."""

# Below so many days: certbot's timer renews it 30 days before its end.
DAYS_TO_WARN = 14
