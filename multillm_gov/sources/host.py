"""Where the host of a repository shows a line of a file: for links in a comment."""

import os
from collections.abc import Mapping
from urllib.parse import urlsplit

_GITHUB = "{url}/blob/{{commit}}/{{path}}#L{{line}}"
_GITLAB = "{url}/-/blob/{{commit}}/{{path}}#L{{line}}"
_LONGEST = 500


def file_url(repository_url: str = "", environment: Mapping[str, str] | None = None) -> str:
    """An address with ``{commit}``, ``{path}`` and ``{line}``; empty where no host is known.

    Args:
        repository_url: The repository's page, or an address that has ``{path}`` itself. Default:
            what GitHub Actions and GitLab CI say of the build.
        environment: Default: that of the process.
    """
    known = os.environ if environment is None else environment
    gitlab = known.get("CI_PROJECT_URL", "")
    github = "/".join(
        filter(None, (known.get("GITHUB_SERVER_URL"), known.get("GITHUB_REPOSITORY")))
    )
    url = (repository_url or gitlab or github).rstrip("/").removesuffix(".git")
    if not _is_web(url):
        return ""
    if "{path}" in url:
        return url
    if any(mark in url for mark in "{}"):
        return ""
    on_gitlab = url == gitlab.rstrip("/") or "gitlab" in urlsplit(url).netloc
    return (_GITLAB if on_gitlab else _GITHUB).format(url=url)


def _is_web(url: str) -> bool:
    """Whether it is an address that a comment may link to: no script, no markup, no blank."""
    if len(url) > _LONGEST or not url.isprintable() or any(mark in url for mark in " <>()[]\"'`\\"):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"https", "http"} and bool(parts.hostname) and "@" not in parts.netloc
