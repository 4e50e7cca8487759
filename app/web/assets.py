"""The built files: hashed names from the manifest, served compressed and kept by browsers for a year."""

import json
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, abort, request, send_file, url_for

FOLDER = Path(__file__).parents[2] / "static" / "dist"
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
ENCODINGS = {"br": ".br", "gzip": ".gz"}

bp = Blueprint("assets", __name__, url_prefix="/static")


def asset(name: str) -> str:
    """The address of a built file by its plain name: asset("app.css")."""
    return url_for("assets.serve", name=manifest()[name])


def manifest() -> dict[str, str]:
    """The built files' names by their plain ones; read again where they were built again beside a running server."""
    path = FOLDER / "manifest.json"
    if not path.exists():
        raise RuntimeError("The panel's files are not built: npm ci --ignore-scripts && npm run build")
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=1)
def _read(path: Path, built_at: int) -> dict[str, str]:
    built: dict[str, str] = json.loads(path.read_text())
    return built


@bp.get("/<name>")
def serve(name: str) -> Response:
    if name not in manifest().values():
        abort(404)
    path = FOLDER / name
    encoding = next((e for e in ENCODINGS if request.accept_encodings[e]), None)
    response = send_file(path.with_name(name + ENCODINGS[encoding]) if encoding else path, TYPES[path.suffix])
    if encoding:
        response.headers["Content-Encoding"] = encoding
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.vary.add("Accept-Encoding")
    return response
