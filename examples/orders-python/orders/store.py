"""Orders in an SQLite file."""

import sqlite3
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Order:
    id: int
    customer: str
    cents: int
    state: str


class Store:
    def __init__(self, path: str) -> None:
        self._path = path
        with self._connect() as connection:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS orders "
                "(id INTEGER PRIMARY KEY, customer TEXT NOT NULL, cents INTEGER NOT NULL, state TEXT NOT NULL)"
            )

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path)

    def add(self, customer: str, cents: int) -> Order:
        with self._connect() as connection:
            cursor = connection.execute(
                "INSERT INTO orders (customer, cents, state) VALUES (?, ?, 'new')", (customer, cents)
            )
            return Order(int(cursor.lastrowid or 0), customer, cents, "new")

    def all(self) -> list[dict]:
        with self._connect() as connection:
            rows = connection.execute("SELECT id, customer, cents, state FROM orders ORDER BY id")
            return [asdict(Order(*row)) for row in rows]
