use strict;
print join(" ", reverse @ARGV), "\n";
