"""deploy.yml as values, a module for each part of it, and its mistakes with line and fix."""
