"""What each verb runs. What that needs is imported then, so that `--help` and completion are quick."""
