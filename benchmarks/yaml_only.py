"""PyYAML's C ``safe_load`` of every file below a folder and nothing else; a whole process of its own."""  # noqa: E501

import sys
from pathlib import Path

import yaml

for path in sorted(Path(sys.argv[1]).rglob("*.yaml")):
    yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
