/** Programs that make load for others, and what one's own are called: of Locust, k6, JMeter, Gatling, Vegeta, Artillery, Fortio, wrk. */
const names =
  /(?:^|[-_.])(?:load-?(?:gen|generator|test|tester|testing|runner)|traffic-?(?:gen|generator)|locust(?:io)?|k6|j-?meter|gatling|vegeta|artillery|fortio|wrk2?)(?:$|[-_.])/;

/** True for the name of a workload or image that makes load. */
export function isLoadMaker(name: string): boolean {
  return names.test(name.toLowerCase());
}
