# Debian's own Dpkg::Version: lines «ONE<TAB>OTHER», answered with -1, 0, 1, or ? where it refuses a version.
use strict;
use warnings;
use Dpkg::Version;
while (my $line = <STDIN>) {
    chomp $line;
    my ($one, $other) = split /\t/, $line, -1;
    my ($a, $b) = (Dpkg::Version->new($one, check => 1), Dpkg::Version->new($other, check => 1));
    print defined $a && defined $b && $a->is_valid && $b->is_valid ? $a <=> $b : '?', "\n";
}
