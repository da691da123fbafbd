<?php
function gross(float $net): string
{
    return number_format($net * (100 + (float) getenv('SHOP_TAX')) / 100, 2);
}
