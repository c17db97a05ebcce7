"""deploy.yml as values, and its mistakes with line and cure."""
