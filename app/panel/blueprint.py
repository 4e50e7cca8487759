"""The blueprint that all pages hang on."""

from flask import Blueprint

bp = Blueprint("panel", __name__, url_prefix="/panel")
PAGE = 50  # rows of a list
