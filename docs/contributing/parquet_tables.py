"""Writes Parquet files with pandas and pyarrow, and what these read from them, as the tests of peft-tasks want them.

    python docs/contributing/parquet_tables.py peft-tasks/src/test/resources/tables
"""

import datetime
import decimal
import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq


def plain(value):
    """A value of pandas as JSON: numpy arrays as lists, what is missing as null."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(item) for item in value]
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, (np.bool_, bool)):
        return bool(value)
    if isinstance(value, (np.integer, int)):
        return int(value)
    if isinstance(value, (np.floating, float, decimal.Decimal)):
        return float(value)
    if isinstance(value, bytes):
        return value.decode("utf-8")
    if isinstance(value, (pd.Timestamp, datetime.date)):
        return value.isoformat()
    return str(value)


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    reviews = pd.DataFrame(
        {
            "text": ["Süß, really", None, 'a "quoted"\nline', "😀"] * 5,
            "label": [1, 0, 2, 1] * 5,
            "score": [0.5, None, -2.25, 1e-3] * 5,
        }
    )
    reviews.to_parquet(folder / "pandas.parquet")
    nested = pa.table(
        {
            "messages": pa.array(
                [
                    [{"role": "user", "content": "Hé"}, {"role": "assistant", "content": None}],
                    [],
                    None,
                    [{"role": "system", "content": "s"}],
                ]
            ),
            "tags": pa.array([["x", "y"], [], None, [None, "z"]], pa.list_(pa.string())),
            "matrix": pa.array([[[1, 2], []], [[3]], None, []], pa.list_(pa.list_(pa.int64()))),
            "struct": pa.array([{"a": 1, "b": {"c": [1.5]}}, None, {"a": None, "b": None}, {"a": 2, "b": {"c": None}}]),
            "bytes_of": pa.array([[200], [7], None, []], pa.list_(pa.uint8())),
        }
    )
    pq.write_table(nested, folder / "nested-zstd.parquet", compression="zstd", row_group_size=2)
    kinds = pa.table(
        {
            "flag": pa.array([True, False, None]),
            "f32": pa.array([0.1, None, 3.0], pa.float32()),
            "f64": pa.array([0.1, None, 1e300], pa.float64()),
            "i8": pa.array([-128, 127, 0], pa.int8()),
            "i16": pa.array([-5, 5, 0], pa.int16()),
            "i64": pa.array([2**62, -(2**62), 0], pa.int64()),
            "u8": pa.array([200, 255, 1], pa.uint8()),
            "u16": pa.array([65535, 0, 1], pa.uint16()),
            "u32": pa.array([3_000_000_000, 0, 1], pa.uint32()),
            "u64": pa.array([2**64 - 1, 0, 1], pa.uint64()),
            "coded": pa.array(["x", "y", "x"]).dictionary_encode(),
            "large": pa.array(["p", "q", None], pa.large_string()),
            "ascii": pa.array([b"ab", b"", b"c"]),
            "when": pa.array([0, 1_000_001, None], pa.timestamp("us")),
            "day": pa.array([0, 19_000, None], pa.date32()),
            "money": pa.array([decimal.Decimal("1.25"), None, decimal.Decimal("-3.50")], pa.decimal128(10, 2)),
        }
    )
    for compression in ["snappy", "gzip", "lz4", "none"]:
        pq.write_table(kinds, folder / f"kinds-{compression}.parquet", compression=compression)
    pq.write_table(kinds.select(["coded"]), folder / "brotli.parquet", compression="brotli")
    pq.write_table(pa.table({"half": pa.array(np.array([1, 2], dtype=np.float16))}), folder / "half.parquet")
    expected = {}
    for name in ["pandas", "nested-zstd", "kinds-snappy"]:
        if name == "pandas":
            rows = pd.read_parquet(folder / f"{name}.parquet").to_dict(orient="records")
        else:  # as whole numbers and truth values, which a frame with holes turns into others
            rows = pq.read_table(folder / f"{name}.parquet").to_pylist()
        expected[name] = [plain(row) for row in rows]
    (folder / "expected.json").write_text(json.dumps(expected, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
