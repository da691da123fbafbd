"""HTTP interface of the orders service."""

import hmac

from flask import Flask, Response, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, Counter, generate_latest

from orders import log, settings
from orders.store import Store

logger = log.configure()
store = Store(settings.DATABASE)
accepted = Counter("orders_accepted_total", "Orders that were accepted")
app = Flask(__name__)


@app.get("/healthz")
def healthz():
    return jsonify(status="ok")


@app.get("/metrics")
def metrics():
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)


@app.get("/orders")
def list_orders():
    return jsonify(store.all())


@app.post("/orders")
def add_order():
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(token, settings.API_TOKEN):
        logger.warning("an order with a wrong token from %s", request.remote_addr)
        return jsonify(error="wrong token"), 401
    body = request.get_json(silent=True) or {}
    customer, cents = body.get("customer"), body.get("cents")
    if not isinstance(customer, str) or not isinstance(cents, int) or cents <= 0:
        return jsonify(error="customer and cents are needed"), 422
    order = store.add(customer, cents)
    accepted.inc()
    logger.info("order %d of %s for %d", order.id, order.customer, order.cents)
    return jsonify(id=order.id, state=order.state), 201


if __name__ == "__main__":
    import os

    app.run(host="0.0.0.0", port=int(os.environ.get("PORT", "8000")))
