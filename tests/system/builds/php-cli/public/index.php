<?php
file_put_contents(__DIR__ . '/../storage/last', $_SERVER['REQUEST_URI']);
echo json_encode(['uri' => file_get_contents(__DIR__ . '/../storage/last'), 'git' => trim(shell_exec('git --version | cut -d" " -f1'))]), "\n";
