package org.example;

public final class Prices {
  private Prices() {}

  public static int of(String path) {
    return path.length() * 3;
  }
}
