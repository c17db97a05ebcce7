"""To-do lists."""
