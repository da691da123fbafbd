"""Logging of the orders service."""

import logging
import os
from logging.handlers import RotatingFileHandler

from orders import settings


def configure() -> logging.Logger:
    os.makedirs(os.path.dirname(settings.LOG_FILE), exist_ok=True)
    handler = RotatingFileHandler(settings.LOG_FILE, maxBytes=10_000_000, backupCount=5)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger = logging.getLogger("orders")
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    return logger
