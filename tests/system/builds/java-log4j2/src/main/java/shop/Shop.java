package shop;

import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

public final class Shop {
  private static final Logger log = LogManager.getLogger(Shop.class);

  public static void main(String[] arguments) throws Exception {
    HttpServer server = HttpServer.create(new InetSocketAddress(8080), 0);
    server.createContext("/", exchange -> {
      log.info("{} {}", exchange.getRequestMethod(), exchange.getRequestURI());
      byte[] body = ("hello " + exchange.getRequestURI() + "\n").getBytes();
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
      exchange.close();
    });
    server.start();
    log.info("listening");
  }
}
