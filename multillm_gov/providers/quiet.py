"""LiteLLM, imported without telemetry, network access or settings from files."""

import asyncio
import gc
import logging
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from multillm_gov.errors import missing_extra

_LONGEST_CALL = 3600.0
"""Seconds; every call has a limit of its own."""
_SETTINGS = {
    # The price map and the header list would be fetched from the network: seconds lost, and a
    # foreign host told.
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS": "True",
    # In its other mode LiteLLM loads a `.env` file from the folders above it: a pull request could
    # bring one that sends production keys to an address of its own.
    "LITELLM_MODE": "PRODUCTION",
}
_LOOPBACK = "127.0.0.1"
_SWITCHES = {
    "telemetry": False,
    "suppress_debug_info": True,
    "turn_off_message_logging": True,
    "drop_params": False,
    "modify_params": False,
    "num_retries": 0,
    "DEFAULT_MAX_RETRIES": 0,  # what its embeddings take where no retries are requested
    "cache": None,
}
_REMARKS = r"(pydantic|litellm)(\.|$)"
_LOGGERS = (
    "LiteLLM",
    "LiteLLM Router",
    "LiteLLM Proxy",
    "httpx",
    "httpcore",
    "openai",
    "botocore",
    "asyncio",
)


def ensure_session(litellm: Any) -> None:  # noqa: ANN401 # a module without types
    """Give LiteLLM one pool: by itself it opens one per call in some modes and never closes it.

    Redirects are not followed: a key in a header of a vendor's own would travel to wherever they
    lead.
    """
    if litellm.aclient_session is not None and not litellm.aclient_session.is_closed:
        return
    from litellm.llms.openai.common_utils import BaseOpenAILLM

    # As LiteLLM would open one: over aiohttp, with the certificates and proxies of the environment.
    session: Any = BaseOpenAILLM.get_async_http_client()
    session.timeout, session.follow_redirects = _LONGEST_CALL, False
    litellm.aclient_session = session


async def close_connections(litellm: Any) -> None:  # noqa: ANN401 # a module without types
    """Close the pool and every client LiteLLM keeps; must run in the event loop that used them.

    An interruption that comes meanwhile waits until they are closed: nobody else would close them.
    """
    closing = asyncio.create_task(_close(litellm))
    try:
        await asyncio.shield(closing)
    except asyncio.CancelledError:
        await closing
        raise


async def _close(litellm: Any) -> None:  # noqa: ANN401 # a module without types
    await litellm.close_litellm_async_clients()
    litellm.in_memory_llm_clients_cache.flush_cache()
    session, litellm.aclient_session = litellm.aclient_session, None
    if session is not None and not session.is_closed:
        await session.aclose()


def load_litellm() -> Any:  # noqa: ANN401 # a module without types
    """LiteLLM with telemetry, callbacks, caches, logs and retries off."""
    os.environ.update(_SETTINGS)
    _reach_this_machine()
    with warnings.catch_warnings(), _uncollected():
        warnings.simplefilter("ignore")  # of its dependencies, about each other
        try:
            import litellm
        except ImportError as error:
            raise missing_extra("Calling models", "LiteLLM", "providers") from error
    for name, value in _SWITCHES.items():
        setattr(litellm, name, value)
    for name in (
        "callbacks",
        "success_callback",
        "failure_callback",
        "_async_success_callback",
        "input_callback",
    ):
        setattr(litellm, name, [])
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return litellm


def _reach_this_machine() -> None:
    """Exclude this machine from any proxy in the environment, which cannot reach the server."""
    for name in ("NO_PROXY", "no_proxy"):
        hosts = [host.strip() for host in os.environ.get(name, "").split(",") if host.strip()]
        if _LOOPBACK not in hosts:
            os.environ[name] = ",".join([*hosts, _LOOPBACK])


@contextmanager
def _uncollected() -> Iterator[None]:
    """Half of the import's time goes into collecting half a million objects that then stay."""
    enabled, loaded = gc.isenabled(), "litellm" in sys.modules
    gc.disable()
    try:
        yield
    finally:
        if not loaded:
            gc.freeze()
        if enabled:
            gc.enable()


@contextmanager
def unlogged() -> Iterator[None]:
    """Mark calls in the block as LiteLLM's own, which it neither logs nor passes to callbacks."""
    ignore_remarks()
    try:
        from litellm._internal_context import is_internal_call
    except ImportError:  # a release without the mark: its logs are off all the same
        yield
        return
    token = is_internal_call.set(True)
    try:
        yield
    finally:
        is_internal_call.reset(token)


def ignore_remarks() -> None:
    """Keep warnings of pydantic and LiteLLM about each other off the terminal."""
    first = warnings.filters[0] if warnings.filters else None
    if first is None or first[0] != "ignore" or getattr(first[3], "pattern", None) != _REMARKS:
        warnings.filterwarnings("ignore", module=_REMARKS)


def litellm_version() -> str:
    """The installed release, without importing it."""
    from importlib.metadata import version

    return version("litellm")
