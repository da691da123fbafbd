import os
import tempfile
import unittest

from orders.store import Store


class StoreTest(unittest.TestCase):
    def test_keeps_orders_in_the_order_of_their_arrival(self):
        with tempfile.TemporaryDirectory() as directory:
            store = Store(os.path.join(directory, "orders.sqlite3"))
            store.add("ada", 1200)
            store.add("grace", 900)
            self.assertEqual([order["customer"] for order in store.all()], ["ada", "grace"])


if __name__ == "__main__":
    unittest.main()
