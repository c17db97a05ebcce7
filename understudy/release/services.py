"""The units of a site's services, which provisioning makes. Pure."""

from understudy.config.model import Config


def needed_units(config: Config) -> tuple[str, ...]:
    """Those that start before the app and end after it."""
    database = config.app.database_unit
    return ("network.target", *((database,) if database else ()), *units(config))


def units(config: Config) -> tuple[str, ...]:
    """Of services that run on the site's hosts."""
    return tuple(unit(name, config.app.name) for name in config.services.here())


def unit(service: str, site: str) -> str:
    """RabbitMQ is one server for all sites."""
    return (
        "rabbitmq-server.service"
        if service == "rabbitmq"
        else f"understudy-{service}@{site}.service"
    )
