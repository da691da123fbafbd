"""What the service is told from outside."""

import os

DATABASE = os.environ.get("ORDERS_DB", "/tmp/orders.sqlite3")
API_TOKEN = os.environ["ORDERS_API_TOKEN"]
LOG_FILE = os.getenv("ORDERS_LOG_FILE", "/var/log/orders/orders.log")
