"""What users see and keep of a run: terminal, JSON lines, JUnit, the report page. No verdict is made here."""
