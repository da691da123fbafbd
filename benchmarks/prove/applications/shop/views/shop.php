<h1>Shop</h1>
<p><?= gross(100) ?></p>
