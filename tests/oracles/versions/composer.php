<?php
// PHP's own version_compare, with which Composer compares what it has brought to four numbers: lines «ONE<TAB>OTHER», answered with -1, 0 or 1.
function normal(string $version): string
{
    $version = preg_replace('/[-_.]?stable$/i', '', preg_replace('/^v|\+.*$/i', '', $version));
    if (!preg_match('/^(\d+)(\.\d+)?(\.\d+)?(\.\d+)?(?!\.?\d)(.*)$/', $version, $part)) {
        return $version;
    }
    return $part[1] . ($part[2] ?: '.0') . ($part[3] ?: '.0') . ($part[4] ?: '.0') . $part[5];
}
while (($line = fgets(STDIN)) !== false) {
    [$one, $other] = explode("\t", rtrim($line, "\n"));
    echo version_compare(normal($one), normal($other)), "\n";
}
