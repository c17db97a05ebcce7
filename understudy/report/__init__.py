"""What users see and keep of a run: terminal, JSON lines, JUnit, the page. No verdict is made here."""
