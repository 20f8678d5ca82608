"""Table Schemas as JSON: one alone, a file for each, or all of them as a data package without its data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crpv_cli.language import msgs
from crpv_cli.output import streams

DIALECT = {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True, "header": True}
"""How ``csv`` is written."""


def write_schemas(schemas: Mapping[str, Mapping[str, Any]], output: Path | None, force: bool) -> None:
    """Print schemas, or write them to a file, or several to the files of a folder.

    Args:
        schemas: by the name of what they are of.
        output: a file, or for several a folder unless its name ends in ``.json``.
        force: whether files that are there are written over.

    Raises:
        FileProblem: a file exists already, or cannot be written.
    """
    if len(schemas) == 1:
        (only,) = schemas.values()
        streams.deliver(_json(only), output, force)
        return
    if output is None or in_one_file(output):
        resources = [resource(name, f"{name}.csv", schema) for name, schema in schemas.items()]
        package = {"profile": "tabular-data-package", "name": "crpv", "resources": resources}
        streams.deliver(_json(package), output, force)
        return
    files = {f"{name}.schema.json": _json(schema).encode() for name, schema in schemas.items()}
    streams.write_folder(files, output, force)
    streams.say(
        msgs(
            "{count} schema was written to {folder}.",
            "{count} schemas were written to {folder}.",
            len(files),
            folder=output,
        )
    )


def in_one_file(output: Path | None) -> bool:
    """Whether several schemas go into one file: standard output, or a name that ends in ``.json``."""
    named = output is not None and output.suffix.lower() == ".json" and not output.is_dir()
    return output is None or streams.is_standard(output) or named


def resource(name: str, path: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a data package says of a CSV file besides its content."""
    return {
        "name": name,
        "path": path,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": DIALECT,
        "schema": schema,
    }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
