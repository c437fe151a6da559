"""Secrets are found by shape and by name, in any bytes; what only stands for one is not held
against anybody."""

import random
import string
import time

import pytest

from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.secrets.masking import Masks, masked
from multillm_gov.documents.secrets.search import MOST_SECRETS, Secret, find_secrets
from multillm_gov.documents.secrets.shapes import SHAPES, looks_random

ALNUM = string.ascii_letters + string.digits
BASE64URL = ALNUM + "-_"
HEX = "0123456789abcdef"
UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def made(seed: str, alphabet: str, length: int) -> str:
    """Random text, the same every time: no key is written down in this repository, not even a false
    one."""
    return "".join(random.Random(seed).choices(alphabet, k=length))


def jwt() -> str:
    return ".".join(
        ("eyJ" + made("h", ALNUM, 30), "eyJ" + made("p", ALNUM, 80), made("s", BASE64URL, 43))
    )


KEYS = {
    "an OpenAI key": "sk-proj-" + made("a", BASE64URL, 156),
    "an OpenAI key of a service": "sk-svcacct-" + made("b", BASE64URL, 120),
    "an OpenAI key of old": "sk-" + made("c", ALNUM, 20) + "T3Blbk" + "FJ" + made("d", ALNUM, 20),
    "an Anthropic key": "sk-ant-api03-" + made("e", BASE64URL, 95),
    "an OpenRouter key": "sk-or-v1-" + made("f", HEX, 64),
    "a key of the `sk-` form": "sk-" + made("g", HEX, 32),
    "a Google key": "AI" + "za" + made("h", BASE64URL, 35),
    "an AWS access key": "AK" + "IA" + made("i", UPPER, 16),
    "an AWS access key of a session": "AS" + "IA" + made("j", UPPER, 16),
    "an Azure key": made("k", ALNUM, 52) + "JQQJ" + "99" + made("l", ALNUM, 26),
    "a Groq key": "gs" + "k_" + made("m", ALNUM, 52),
    "an xAI key": "xai-" + made("n", ALNUM, 80),
    "a Hugging Face token": "hf" + "_" + made("o", ALNUM, 34),
    "a Replicate token": "r8" + "_" + made("p", ALNUM, 37),
    "a Perplexity key": "pplx-" + made("q", ALNUM, 48),
    "a Fireworks key": "fw" + "_" + made("r", ALNUM, 24),
    "a Together key": "tgp_" + "v1_" + made("s", BASE64URL, 43),
    "a GitHub token": "gh" + "p_" + made("t", ALNUM, 36),
    "a GitHub token of fine grain": "github" + "_pat_" + made("u", ALNUM + "_", 82),
    "a Databricks token": "dapi" + made("w", HEX, 32),
    "a JSON web token": jwt(),
}
NAMED = {
    "aws_secret_access_key = {}": made("x", ALNUM + "+", 40),
    "AZURE_OPENAI_API_KEY: '{}'": made("y", HEX, 32),
    "MISTRAL_API_KEY={}": made("z", ALNUM, 32),
    '{{"cohere_api_key": "{}"}}': made("aa", ALNUM, 40),
    "together-api-key: {}": made("bb", HEX, 64),
    "Authorization: Bearer {}": made("cc", ALNUM, 40),
    "client_secret => {}": made("dd", ALNUM, 24),
    "the API key is {}": made("ee", ALNUM, 24),
    "password: {}": "correct-horse-7",
    "see postgres://app:{}@db.internal/x": "s3cr-t",
}


def found(text: str, path: str = "prompts/p.md") -> list[Secret]:
    return list(find_secrets([SourceFile(path, text.encode())]))


@pytest.mark.parametrize(("kind", "key"), KEYS.items())
@pytest.mark.parametrize(
    "around", ["{}", "# note: {} (revoked?)", '{{"x":"{}"}}', "a={};", "Größe `{}`."]
)
def test_keys_are_known_by_their_shape(kind: str, key: str, around: str) -> None:
    text = f"first\r\n{around.format(key)}\nlast\n"
    (secret,) = found(text)
    assert kind.startswith(secret.kind.split(" (")[0])
    assert (secret.text, secret.location.line) == (key, 2)
    line = text.splitlines()[1]
    assert line[secret.location.column - 1 : secret.location.end_column - 1] == key
    assert secret.location.source_line == line.replace(key, "*" * len(key))
    assert key not in secret.subject + secret.kind


@pytest.mark.parametrize(("around", "value"), NAMED.items())
def test_values_are_known_by_the_name_before_them(around: str, value: str) -> None:
    (secret,) = found(around.format(value))
    assert secret.text == value


def test_a_private_key_is_masked_line_by_line() -> None:
    lines = [made(str(number), ALNUM + "+/", 64) for number in range(4)]
    for kind in ("", "RSA ", "EC ", "ENCRYPTED ", "OPENSSH "):
        frame = f"{kind}PRIVATE KEY-----"
        (secret,) = found("\n".join((f"-----BEGIN {frame}", *lines, f"-----END {frame}", "after")))
        assert secret.kind == "a private key"
        masks = Masks([secret])
        for line in lines:
            assert masks.text(f"  `{line}` is not a date") == f"  `{'*' * 64}` is not a date"
    (escaped,) = found(
        '{"key": "-----BEGIN PRIVATE KEY-----\\n'
        + "\\n".join(lines)
        + '\\n-----END PRIVATE KEY-----"}'
    )
    assert lines[2] not in Masks([escaped]).text(lines[2])


@pytest.mark.parametrize(
    "text",
    [
        "api_key: sk-1234",
        "api_key: os.environ/OPENAI_API_KEY_2026",
        "api_key: ${OPENAI_API_KEY_V2_FOR_EU}",
        "api_key: <your-key-1234567890abc>",
        "password: REDACTED-2026, password: xxxxxxxx1, password=changeme123",
        "AKIA" + "IOSFODNN7EXAMPLE",
        "sk-proj-" + "x" * 48,
        "input_tokens: 1200, max_output_tokens: 100000000000",
        "route: [{model: eu.anthropic.claude-haiku-4-5-20251001-v1:0}]  # token price",
        "key: anthropic.claude-3-5-sonnet-20241022-v2:0",
        "sk-learn-classification-of-long-documents-in-2026",
        "https://example.com:443/path@version1, https://user:password@host/",
        "prompt: sha256:" + made("digest", HEX, 64),
        "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
        "-----BEGIN CERTIFICATE-----\n" + made("cert", ALNUM, 64) + "\n-----END CERTIFICATE-----",
    ],
)
def test_what_only_stands_for_a_secret_is_none(text: str) -> None:
    assert found(text) == []


def test_any_bytes_are_searched_and_files_told_apart() -> None:
    key = KEYS["a Groq key"]
    files = [
        SourceFile("prompts/a.md", b"\xff\xfe binary \x00 " + key.encode()),
        SourceFile("prompts/b.md", b"nothing"),
        SourceFile("prompts/c.md", key[:30].encode()),
        SourceFile("prompts/d.md", f"{key}\n{key}\n{KEYS['a Google key']}".encode()),
    ]
    assert [(secret.path, secret.location.line) for secret in find_secrets(files)] == [
        ("prompts/a.md", 1),
        ("prompts/d.md", 1),
        ("prompts/d.md", 2),
        ("prompts/d.md", 3),
    ]


def test_the_subject_tells_one_text_from_another_but_no_chosen_password() -> None:
    first, again, other = (
        found(f"{text} ")[0].subject for text in (KEYS["a Groq key"],) * 2 + (KEYS["an xAI key"],)
    )
    assert first == again != other
    assert found("password: abcd1234")[0].subject == found("password: wxyz6789")[0].subject


def test_masks_cover_cut_secrets_and_leave_other_words() -> None:
    key = KEYS["an Anthropic key"]
    masks = Masks(found(f"api_key: {key} and https://app:claude@host/"))
    assert masks.text(f"`{key[:40]}…` is unknown") == f"`{'*' * 40}…` is unknown"
    assert masks.text(f"{key}{key}") == "*" * (2 * len(key))
    assert (
        masks.text("sk-ant- is a prefix; claude is a name")
        == "sk-ant- is a prefix; claude is a name"
    )
    assert masks.text("https://app:claude@host/") == "https://app:******@host/"


def test_values_without_secrets_stay_the_same_object() -> None:
    secrets = found(KEYS["a Groq key"])
    assert masked(secrets[0].location, secrets) is secrets[0].location
    assert masked(("a", ["b"], {"c": 1}), ()) == ("a", ["b"], {"c": 1})
    deep = masked({"a": (KEYS["a Groq key"], [1, KEYS["a Groq key"]])}, secrets)
    assert deep == {"a": ("*" * 56, [1, "*" * 56])}


@pytest.mark.parametrize(
    "piece",
    [
        b"eyJ",
        b".eyJa",
        b"key=",
        b"key= aaaa ",
        b"://a:",
        b"-----BEGIN PRIVATE KEY-----\n",
        b"sk-",
        b" sk-a",
        b"JQQJ99",
        b"/ABSK+",
        b"token_",
        b"bearer a",
        b"password=a1 ",
        b"a",
        b"-",
    ],
)
def test_time_is_linear_in_hostile_bytes(piece: bytes) -> None:
    def seconds(size: int) -> float:
        file = SourceFile("prompts/p.md", piece * (size // len(piece)))
        start = time.process_time()
        find_secrets([file])
        return time.process_time() - start

    short, long = min(seconds(50_000) for _ in range(3)), seconds(400_000)
    assert long < 30 * short + 0.2, (short, long)


def test_the_number_found_is_bounded() -> None:
    lines = (f"key: {made(str(number), HEX, 32)}" for number in range(MOST_SECRETS + 500))
    assert len(found("\n".join(lines))) == MOST_SECRETS


def test_every_shape_starts_with_what_it_is_looked_for_by() -> None:
    for shape in SHAPES:
        assert shape.hint in shape.pattern.replace(b"\\", b"")


def test_random_text_is_told_from_written_text() -> None:
    keys = [made(f"n{number}", ALNUM, 32) for number in range(500)]
    assert sum(looks_random(key.encode()) for key in keys) >= 485
    assert sum(looks_random(made(f"h{number}", HEX, 32).encode()) for number in range(500)) >= 485
    for words in (
        "meta-llama/Llama-3.3-70B-Instruct-Turbo",
        "long-form-content-generation-v2",
        "2026-11-24T10:00:00Z",
    ):
        assert not looks_random(words.encode())
