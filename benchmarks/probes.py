"""Many probes through the real client against a server in another process; prints seconds and MiB as JSON.

Run as ``python -m benchmarks.probes PROBES CONCURRENCY WAIT_SECONDS``. What is measured is the run
alone, after LiteLLM is loaded and has answered once.
"""  # noqa: E501

import asyncio
import json
import random
import resource
import subprocess
import sys
import time
from datetime import date
from decimal import Decimal

from multillm_gov.evaluation.budget import Budget
from multillm_gov.evaluation.client import Call, Message
from multillm_gov.evaluation.pacing import RunLimits, Time
from multillm_gov.evaluation.probes.judging import probe_record
from multillm_gov.evaluation.probes.probe import Probe, TaskDigests
from multillm_gov.evaluation.running import ProbeRun, Runner
from multillm_gov.location import Place
from multillm_gov.portfolio.allocation import RouteEntry, TaskClass, TaskClassDeclaration
from multillm_gov.providers.live import LiveClient
from multillm_gov.providers.offline import offline_addresses

_SERVER = """
import asyncio, json, sys
wait = float(sys.argv[1])
message = {"role": "assistant", "content": "Sorted."}
body = json.dumps({
    "id": "1", "object": "chat.completion", "created": 1, "model": "gpt-5.4",
    "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12},
}).encode()
head = f"HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\nContent-Length: {len(body)}\\r\\n\\r\\n".encode()

async def answer(reader, writer):
    try:
        while head_line := await reader.readuntil(b"\\r\\n\\r\\n"):
            fields = dict(line.lower().split(b": ", 1) for line in head_line.split(b"\\r\\n") if b": " in line)
            await reader.readexactly(int(fields.get(b"content-length", b"0")))
            await asyncio.sleep(wait)
            writer.write(head + body)
    except (asyncio.IncompleteReadError, ConnectionError):
        pass

async def main():
    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=512)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)

asyncio.run(main())
"""  # noqa: E501
"""An endpoint that only waits: the product's own offline server works for its answers, and would be measured too."""  # noqa: E501
_MODEL = "openai/gpt-5.4"
_DIGEST = "sha256:" + "0" * 64


def probe(number: int) -> Probe:
    task = TaskClass(
        name=f"task-{number}",
        owner="bench",
        declared=TaskClassDeclaration(route=(RouteEntry(model=_MODEL),)),
        place=Place("allocations/bench.yaml"),
    )
    call = Call(
        model=_MODEL, messages=(Message("user", f"Sort ticket {number}."),), max_output_tokens=200
    )
    return Probe(
        task=task,
        model=_MODEL,
        kind="answer",
        role="route",
        provider="openai",
        calls=(call,),
        samples=1,
        day=date(2026, 11, 24),
        origin="prompt",
        digests=TaskDigests(task=_DIGEST),
        place=task.place,
        worst_usd=Decimal("0.001"),
    )


async def measure(url: str, probes: list[Probe], concurrency: int) -> ProbeRun:
    client = LiveClient(offline_addresses(lambda _: url))
    await client.send(probes[0].call(0))
    runner = Runner(
        probes,
        client,
        pace=RunLimits(concurrency=concurrency),
        budget=Budget(Decimal(1_000)),
        time=Time(now=time.monotonic, sleep=asyncio.sleep, chance=random.random),
    )
    run = await runner.run()
    await client.close()
    return run


def main(count: int, concurrency: int, wait: float) -> None:
    probes = [probe(number) for number in range(count)]
    with subprocess.Popen(
        [sys.executable, "-c", _SERVER, str(wait)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        run = asyncio.run(measure(server.stdout.readline().strip(), probes, concurrency))
        server.stdin.close()
    records = [probe_record(each, {}) for each in run.observations]
    assert {record.verdict for record in records} == {"pass"}
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": run.seconds, "mebibytes": held, "records": len(records)}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
