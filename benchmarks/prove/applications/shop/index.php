<?php
require 'src/tax.php';
switch (parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH)) {
    case '/':
        include 'views/shop.php';
        break;
    case '/cart':
        session_start();
        $_SESSION['items'] = ($_SESSION['items'] ?? 0) + 1;
        session_write_close();
        echo file_exists(session_save_path() . '/sess_' . session_id()) ? $_SESSION['items'] : 'lost', "\n";
        break;
    case '/time':
        echo date('c e'), "\n";
        break;
    case '/json':
        header('Content-Type: application/json');
        echo json_encode(['modules' => extension_loaded('tokenizer'), 'user' => get_current_user()]);
        break;
    default:
        http_response_code(404);
}
