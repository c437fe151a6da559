"""Write the compressed price map that ships with the package, from the installed LiteLLM.

Run from the repository's root after an update of LiteLLM::

    python tools/build_price_snapshot.py            # writes the files
    python tools/build_price_snapshot.py --check    # exits 1 when they differ from the installed map

The snapshot is the map's own bytes, compressed: what is read from it equals what is read from
LiteLLM itself, digest included. Its version and the map's license stand beside it.
"""  # noqa: E501

import argparse
import gzip
import json
import sys
from importlib.metadata import distribution
from pathlib import Path

from multillm_gov.sources.price_map import DATA, LICENSE, MAP, NOTE, installed_price_map

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Write the snapshot, or compare it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    arguments = parser.parse_args()
    price_map = installed_price_map()
    if price_map is None:
        print("LiteLLM is not installed", file=sys.stderr)
        return 1
    note = {
        "litellm": price_map.version,
        "sha256": price_map.sha256,
        "license": distribution("litellm").metadata["License"] or "MIT",
        "origin": "https://github.com/BerriAI/litellm",
    }
    license_file = next(
        file for file in distribution("litellm").files or () if file.name == "LICENSE"
    )
    written = {
        LICENSE: license_file.read_text().encode(),
        MAP: gzip.compress(price_map.data, 9, mtime=0),
        NOTE: (json.dumps(note, indent=2) + "\n").encode(),
    }
    if arguments.check:
        stale = [
            name
            for name, data in written.items()
            if not (DATA / name).is_file() or (DATA / name).read_bytes() != data
        ]
        print(f"differs: {', '.join(stale)}" if stale else "the snapshot is current")
        return 1 if stale else 0
    for name, data in written.items():
        (DATA / name).write_bytes(data)
        print(f"wrote {(DATA / name).relative_to(ROOT)}, {len(data):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
