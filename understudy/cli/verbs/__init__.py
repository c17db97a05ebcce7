"""What each verb runs. Its modules are imported when it runs, so that `--help` and completion are quick."""
