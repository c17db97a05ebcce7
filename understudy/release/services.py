"""The units of a site's services, which provisioning makes. Pure."""

from understudy.config.model import Config


def needed_units(config: Config) -> tuple[str, ...]:
    """Those that start before the app and end after it. RabbitMQ may take a minute to start, in which the site
    would be down; its clients connect again by themselves.
    """
    database, services = config.app.database_unit, config.services.here().keys() - {"rabbitmq"}
    units = (unit(name, config.app.name) for name in sorted(services))
    return ("network.target", *((database,) if database else ()), *units)


def unit(service: str, site: str) -> str:
    """RabbitMQ is one server for all sites."""
    return (
        "rabbitmq-server.service"
        if service == "rabbitmq"
        else f"understudy-{service}@{site}.service"
    )
