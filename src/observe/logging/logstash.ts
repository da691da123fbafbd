import type { ObserveChoices } from '../observe-plan.ts';
import { dataStream } from './store.ts';

/** A pipeline of Logstash between the agents and Elasticsearch. https://www.elastic.co/docs/reference/logstash/configuration-file-structure */
export function logstashPipeline({ stack, namespace }: ObserveChoices): string {
  const tried = stack === 'full';
  return `# Logstash: takes what the log agents send over HTTP and writes it to Elasticsearch. Only what the store cannot do itself belongs in here:
# names of fields are made one by the store's ingest pipeline.
input {
  http {
    host => "0.0.0.0"
    port => 8080
    # An array becomes one event for each element.
    additional_codecs => { "application/json" => "json" }
    # Of one request: eight times what an agent sends at once.
    max_content_length => 67108864
    # No headers and addresses of the agents in each event.
    ecs_compatibility => "disabled"
    remote_host_target_field => "[@metadata][remote_host]"
    request_headers_target_field => "[@metadata][headers]"
  }
}

filter {
  # What a broken request left: it is kept and named, not dropped.
  if "_jsonparsefailure" in [tags] {
    mutate { add_field => { "[error][type]" => "logstash: no JSON" } }
  }
  if ![kubernetes] and ![log] and ![app] and [message] {
    mutate { rename => { "message" => "log" } }
  }
  mutate { remove_field => [ "@version", "headers", "host" ] }
}

output {
  elasticsearch {
${
  tried
    ? `    # Yours: the set for trying has Elasticsearch without TLS and login in this namespace, when it was generated with --log-store elasticsearch.
    hosts => [ "http://elasticsearch.${namespace}.svc:9200" ]
`
    : `    hosts => [ "https://elasticsearch.example.com:9200" ]
    ssl_enabled => true
    ssl_certificate_authorities => [ "/etc/log-store/ca.crt" ]
    user => "\${STORE_USER}"
    password => "\${STORE_PASSWORD}"
`
}    # A data stream takes «create» alone; template and policy are installed by the set-up.
    data_stream => false
    action => "create"
    index => "${dataStream}"
    manage_template => false
    ilm_enabled => false
  }
}
`;
}
