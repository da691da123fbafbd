<?php

require __DIR__ . '/../vendor/autoload.php';

echo Shop\Greeting::of($_SERVER['REQUEST_URI']), "\n";
