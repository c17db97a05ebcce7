"""SQL and shell for production's data, and what their output means. Pure: data/ and rehearsal/ run them."""
