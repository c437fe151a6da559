"""Parts of the judging that no server is needed for."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multillm_gov.providers.classifying import TABLE, verdict_of
from multillm_gov.providers.live import retry_after_seconds
from multillm_gov.providers.symptoms import Symptoms, symptoms_of

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "text", "seconds"),
    [
        ({"retry-after": "7"}, "", 7.0),
        ({"retry-after": "0.5"}, "", 0.5),
        ({"retry-after-ms": "1500", "retry-after": "2"}, "", 1.5),
        ({"retry-after": "Wed, 25 Nov 2026 12:00:30 GMT"}, "", 30.0),
        ({"retry-after": "Wed, 25 Nov 2026 11:00:00 GMT"}, "", 0.0),
        ({"retry-after": "Wednesday, 25-Nov-26 12:01:00 GMT"}, "", 60.0),
        ({"llm_provider-retry-after": "3"}, "", 3.0),
        ({"retry-after": "99999999999"}, "", 86_400.0),
        ({"retry-after": "soon"}, "", None),
        ({"retry-after": "-5"}, "", None),
        ({"retry-after": "nan"}, "", None),
        ({"retry-after": "1e5"}, "", None),
        ({"retry-after": ""}, '"retryDelay": "13.5s"', 13.5),
        ({}, "nothing", None),
    ],
)
def test_when_to_come_back(headers: dict[str, str], text: str, seconds: float | None) -> None:
    assert retry_after_seconds(headers, text, NOON) == seconds


@given(st.text(max_size=60))
def test_no_header_breaks_the_reading(written: str) -> None:
    seconds = retry_after_seconds(
        {"retry-after": written, "retry-after-ms": written}, written, NOON
    )
    assert seconds is None or 0 <= seconds <= 86_400


def test_what_no_row_knows_is_inconclusive_and_no_row_passes() -> None:
    assert verdict_of(Symptoms()) == "inconclusive"
    assert verdict_of(symptoms_of(RuntimeError("something else"))) == "inconclusive"
    assert (
        verdict_of(symptoms_of(AttributeError("'NoneType' object has no attribute 'x'")))
        == "inconclusive"
    )
    assert verdict_of(Symptoms(status=400, text="unsupported parameter")) == "inconclusive"
    assert not [row for row in TABLE if row.verdict in {"pass", "latency", "cost"}]


@pytest.mark.parametrize(
    ("status", "text", "verdict"),
    [
        (404, "the model `gpt-4-32k` has been deprecated", "retired"),
        (
            400,
            "the model `llama-3.1-70b` has been decommissioned and is no longer supported",
            "retired",
        ),
        (404, "this model version has reached the end of its life", "retired"),
        (400, "`temperature` is deprecated", "inconclusive"),
        (404, "resource not found", "not-found"),
        (
            400,
            (
                "invalid schema for response_format 'answer': in context=(), 'additionalproperties' is "  # noqa: E501
                "required"
            ),
            "contract",
        ),
        (None, "groq does not support parameters: ['response_format'], for model=x", "contract"),
        (
            400,
            "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000",
            "context",
        ),
        (429, "too many tokens, please wait before trying again", "rate-limited"),
        (
            429,
            (
                "you exceeded your current quota, please check your plan (quota metric: requests per "  # noqa: E501
                "minute)"
            ),
            "rate-limited",
        ),
        (301, "moved permanently", "unreachable"),
        (504, "gateway timeout", "timeout"),
        (529, "overloaded", "provider-fault"),
        (402, "insufficient balance", "credentials"),
        (418, "short and stout", "inconclusive"),
    ],
)
def test_words_of_vendors_that_are_easily_confused(
    status: int | None, text: str, verdict: str
) -> None:
    assert verdict_of(Symptoms(status=status, text=text)) == verdict


def test_a_status_that_litellm_made_up_is_not_taken_for_the_provider_s() -> None:
    class InventedError(Exception):
        status_code = 500

    error = InventedError("internal server error")
    error.__cause__ = ConnectionResetError("reset by peer")
    shown = symptoms_of(error)
    assert shown.status is None
    assert verdict_of(shown) == "unreachable"


@given(
    st.recursive(
        st.none() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["code", "type", "error", "x"]), inner, max_size=3)
        ),
        max_leaves=20,
    )
)
def test_no_body_breaks_the_gathering(body: object) -> None:
    import json

    error = RuntimeError(json.dumps(body) + "{" * 50)
    error.body = body
    assert verdict_of(symptoms_of(error))
