say() { printf "%s%s%s\n" "$1" "$SEPARATOR" "$2"; }
