import org.codelibs.opensearch.runner.OpenSearchRunner;

/** One node of OpenSearch on loopback, until standard input ends: the process does not outlive the test that started it. */
public class SearchEngine {
  /** @param arguments the directory for its data, and the port of its HTTP API */
  public static void main(String[] arguments) throws Exception {
    OpenSearchRunner runner = new OpenSearchRunner();
    runner
        .onBuild(
            (number, settings) -> {
              settings.put("http.host", "127.0.0.1");
              settings.put("http.port", arguments[1]);
              settings.put("transport.host", "127.0.0.1");
              // The runner leaves out ingest, without which no pipeline runs.
              settings.putList("node.roles", "cluster_manager", "data", "ingest");
              // A full disk of the machine that tests run on is no reason to refuse documents.
              settings.put("cluster.routing.allocation.disk.threshold_enabled", "false");
            })
        .build(OpenSearchRunner.newConfigs().basePath(arguments[0]).numOfNode(1).clusterName("plimsoll-tests"));
    System.out.println("ready");
    while (System.in.read() != -1) {}
    runner.close();
    System.exit(0);
  }
}
