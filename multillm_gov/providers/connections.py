"""LiteLLM's connections: one httpx pool for OpenAI's format, closed at the end."""

import asyncio
from typing import Any

_LONGEST_CALL = 3600.0
"""Seconds; every call has a limit of its own."""


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
