/**
 * Copies the files of a directory, `$1`, into a volume, `$2`, and leaves what is there. Each file comes under another name first and is then
 * renamed: of one that was cut off, half would be there, and the next start would take it for whole.
 */
export const fillScript = `cd "$1"
find . -type d | while IFS= read -r each; do mkdir -p "$2/$each"; done
find . ! -type d | while IFS= read -r each; do
  if [ ! -e "$2/$each" ] && [ ! -L "$2/$each" ]; then
    rm -f "$2/.filling"
    cp -P "$each" "$2/.filling"
    mv "$2/.filling" "$2/$each"
  fi
done
`;
