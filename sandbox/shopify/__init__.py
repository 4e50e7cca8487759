"""The sandbox's Shopify face: a Flask blueprint, with the parts that others look into hanging on it."""

from flask import Flask

from sandbox.changes import Box
from sandbox.shopify.options import Options
from sandbox.shopify.routes import Face
from sandbox.shopify.tokens import mint_id_token

__all__ = ["Face", "Options", "face", "mint_id_token", "register"]


def face(box: Box, options: Options) -> Face:
    return Face(box, options)


def register(app: Flask, box: Box, options: Options) -> Face:
    made = face(box, options)
    app.register_blueprint(made)
    return made
