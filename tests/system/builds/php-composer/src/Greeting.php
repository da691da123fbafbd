<?php

namespace Shop;

final class Greeting
{
    public static function of(string $path): string
    {
        $package = json_decode(file_get_contents(__DIR__ . '/../vendor/npm/ms/package.json'), true);

        return "hello $path, {$package['name']} {$package['version']}";
    }
}
