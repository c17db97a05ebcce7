"""How lines about one host of several begin. Pure."""


def with_host(host: str, text: str) -> str:
    """Each line with the name of its host in front; host: "" if the text is about the whole target."""
    return "\n".join(f"{host}: {line}" for line in text.split("\n")) if host else text
