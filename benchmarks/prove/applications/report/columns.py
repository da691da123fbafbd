def width(rows):
    return max(len(name) for name, _ in rows)
