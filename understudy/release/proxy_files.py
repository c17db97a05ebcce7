"""The files of a proxy's host, which has no release: nginx at the edge, and HAProxy behind it. Pure."""

from hashlib import sha256

from understudy.config.model import Config
from understudy.config.target import TargetConfig
from understudy.errors import ConfigError
from understudy.paths import Overlay
from understudy.release import render
from understudy.release.layout import Paths
from understudy.release.render import RenderedFile

# What nginx or HAProxy there may answer by itself.
ERROR_STATUSES = (413, 502, 503, 504)


def site_config(
    config: Config, target: TargetConfig, templates: Overlay, *, answers_challenges: bool
) -> tuple[RenderedFile, ...]:
    """nginx's file and HAProxy's. answers_challenges: of an issuer."""
    paths = Paths(config.root)
    nginx = render.site_part(
        config,
        target,
        templates,
        "nginx.conf.j2",
        answers_challenges=answers_challenges,
        error_statuses=ERROR_STATUSES,
    )
    pages = "".join(page.content for page in error_pages(config, target, templates))
    haproxy = render.site_part(
        config,
        target,
        templates,
        "haproxy.cfg.j2",
        admin_socket=paths.haproxy_admin,
        health_path=_word(config.app.health_path),
        pages_digest=sha256(pages.encode()).hexdigest()[:12],
    )
    return RenderedFile(paths.nginx_file, nginx), RenderedFile(paths.haproxy_file, haproxy)


def error_pages(
    config: Config, target: TargetConfig, templates: Overlay
) -> tuple[RenderedFile, ...]:
    """Like those that a release has on the web hosts."""
    folder = Paths(config.root).error_pages
    return tuple(
        RenderedFile(
            folder / f"understudy-error-{status}.html",
            render.site_part(config, target, templates, "nginx-error.html.j2", status=status),
        )
        for status in ERROR_STATUSES
    )


def _word(text: str) -> str:
    """As one word of HAProxy's configuration. Raises ConfigError if it can't be one."""
    if any(character in text for character in "\"'\\#$%{} \t\r\n"):
        raise ConfigError(f"app.health_path: {text!r} can't be a word in HAProxy's configuration")
    return text
