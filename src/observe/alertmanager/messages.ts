import type { GeneratedFile } from '../observe-plan.ts';

/** The file of templates that all notifications are made of. */
export function writeMessages(): GeneratedFile {
  return { path: 'base/alertmanager/templates/plimsoll.tmpl', owner: 'base', text: messages() };
}

/**
 * Controls, format characters (bidirectional overrides, zero width), private use, line and paragraph separators: what a label value may
 * hold and a message must not; with the spaces around it. https://github.com/google/re2/wiki/Syntax
 */
const unprintable = String.raw`[\s\pC\p{Zl}\p{Zp}]+`;

/** The same but for line breaks: the evidence of `plimsoll respond` is lines. */
const unprintableInBlock = String.raw`[\x00-\x09\x0b-\x1f\x7f-\x9f\p{Cf}\p{Co}\p{Zl}\p{Zp}]+`;

/** How many alerts one message lists, and how many characters of a value: a storm must not make a message that is refused. */
const listed = 20;
const longest = 500;

/** The templates by which a value is written: each knows what its medium takes for markup. */
type Writing = 'line' | 'slack' | 'teams';

const value = (writing: Writing, text: string) => `{{ template "plimsoll.${writing}" ${text} }}`;

/** The alerts of a message, one block each, with what stands between lines. */
function alertList(writing: Writing, lineEnd: string): string {
  const line = (label: string, text: string) => `{{ with ${text} }}${lineEnd}${label}: ${value(writing, '.')}{{ end }}`;
  return `{{ range $at, $alert := .Alerts }}{{ if lt $at ${listed} }}{{ if $at }}${lineEnd}${lineEnd}{{ end }}{{ .Status | toUpper }} ${value(
    writing,
    '.Labels.severity',
  )} ${value(writing, '.Labels.alertname')}${line('Finding', '.Annotations.summary')}${lineEnd}Workload: {{ template "plimsoll.place.${writing}" .Labels }}${line(
    'Container',
    '.Labels.container',
  )}${line('Image', '.Labels.image')}${line('Details', '.Annotations.description')}${lineEnd}Since: {{ .StartsAt.UTC.Format "2006-01-02 15:04:05 MST" }}${line(
    'Runbook',
    'or .Annotations.runbook_url .Annotations.runbook ""',
  )}${line('Confirm or refuse', '.Annotations.approve')}${
    // A chat refuses a message that is too long: its evidence is in the record of the incident.
    writing === 'line'
      ? `{{ with .Annotations.evidence }}${lineEnd}Evidence:${lineEnd}{{ template "plimsoll.block" . }}{{ end }}`
      : ''
  }{{ end }}{{ end }}{{ if gt (len .Alerts) ${listed} }}${lineEnd}${lineEnd}… and more: {{ len .Alerts }} in all{{ end }}`;
}

/** What an alert is about: namespace and workload, or as much of it as there is. */
function place(writing: Writing): string {
  return `{{ define "plimsoll.place.${writing}" }}{{ $what := or .workload .pod .node .instance .job "" }}{{ with .namespace }}${value(
    writing,
    '.',
  )}{{ if $what }}/{{ end }}{{ end }}${value(writing, '$what')}{{ end }}`;
}

function subject(name: string, writing: Writing): string {
  return `{{ define "${name}" }}[{{ .Status | toUpper }}{{ if eq .Status "firing" }}:{{ len .Alerts.Firing }}{{ end }}]{{ with .CommonLabels.severity }} ${value(
    writing,
    '.',
  )}{{ end }}{{ with .CommonLabels.alertname }} ${value(writing, '.')}{{ end }} {{ template "plimsoll.place.${writing}" .CommonLabels }}{{ end }}`;
}

/** The one line that fits a short message, as $text. */
const shortText = `{{ $first := index .Alerts 0 }}{{ $image := "" }}{{ with $first.Labels.image }}{{ $image = printf " Image %s" . }}{{ end }}{{ $text := printf "[%s:%d] %s %s %s/%s: %s%s" (toUpper .Status) (len .Alerts) $first.Labels.severity $first.Labels.alertname $first.Labels.namespace (or $first.Labels.workload $first.Labels.pod $first.Labels.node $first.Labels.instance "") $first.Annotations.summary $image }}{{ $text = reReplaceAll \`${unprintable}\` " " $text }}{{ $text = reReplaceAll \`^(.{300}).+$\` "$1..." $text }}`;

function htmlRow(label: string, text: string): string {
  return `{{ with ${text} }}<tr><th align="left">${label}</th><td>${value('line', '.')}</td></tr>
{{ end }}`;
}

function messages(): string {
  return `{{/* What notifications say: the finding, the workload, its image, the runbook. Written by plimsoll observe.

Labels and annotations come from whoever can name a pod or an image. Each value is written through the template of its medium: «line»
takes out control and format characters and bounds the length (plain text, and HTML, where Alertmanager's html/template escapes by
itself: never use safeHtml here); «slack» also writes & < > as Slack wants them, so that no value makes a link or calls a channel;
«teams» puts a backslash before what Markdown takes for markup.
https://prometheus.io/docs/alerting/latest/notifications/
https://api.slack.com/reference/surfaces/formatting#escaping */}}

{{ define "plimsoll.line" }}{{ reReplaceAll \`^(.{${longest}}).+$\` "$1…" (reReplaceAll \`${unprintable}\` " " .) }}{{ end }}
{{ define "plimsoll.block" }}{{ reReplaceAll \`(?s)^(.{1000}.{1000}.{1000}).+$\` "$1…" (reReplaceAll \`${unprintableInBlock}\` " " .) }}{{ end }}
{{ define "plimsoll.slack" }}{{ reReplaceAll \`^(.{${longest}}).+$\` "$1…" (reReplaceAll \`${unprintable}\` " " .) | reReplaceAll "&" "&amp;" | reReplaceAll "<" "&lt;" | reReplaceAll ">" "&gt;" }}{{ end }}
{{ define "plimsoll.teams" }}{{ reReplaceAll \`^(.{${longest}}).+$\` "$1…" (reReplaceAll \`${unprintable}\` " " .) | reReplaceAll \`([\\\\\\x60*_~<>#|\\[\\]])\` \`\\$1\` }}{{ end }}

${place('line')}
${place('slack')}
${place('teams')}

${subject('plimsoll.subject', 'line')}
${subject('plimsoll.slack.subject', 'slack')}
${subject('plimsoll.teams.subject', 'teams')}

{{ define "plimsoll.text" }}${alertList('line', '\n')}

{{ .ExternalURL }}
{{ end }}

{{/* The lines of Slack's attachment are plain text (mrkdwn_in leaves «text» out): there is no markup to break out of. */}}
{{ define "plimsoll.slack.text" }}${alertList('slack', '\n')}{{ end }}
{{ define "plimsoll.slack.color" }}{{ if eq .Status "resolved" }}good{{ else if eq .CommonLabels.severity "critical" }}danger{{ else }}warning{{ end }}{{ end }}

{{/* A line break of an Adaptive Card is an empty line. */}}
{{ define "plimsoll.teams.text" }}${alertList('teams', '\n\n')}{{ end }}

{{/* 300 characters: two or three parts of a text message. The JSON form is for the payload of a gateway. */}}
{{ define "plimsoll.sms" }}${shortText}{{ $text }}{{ end }}
{{ define "plimsoll.sms.json" }}${shortText}{{ $text | toJson }}{{ end }}
{{/* SNS takes a subject of at most 100 printable ASCII characters. https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */}}
{{ define "plimsoll.sns.subject" }}${shortText}{{ reReplaceAll \`^(.{99}).+$\` "$1" (reReplaceAll \`[^ -~]+\` "?" $text) }}{{ end }}

{{/* PagerDuty's own words for what is bad: critical, error, warning, info. */}}
{{ define "plimsoll.pagerduty.severity" }}{{ if eq .CommonLabels.severity "critical" }}critical{{ else if eq .CommonLabels.severity "info" }}info{{ else }}warning{{ end }}{{ end }}

{{ define "plimsoll.html" }}<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{{ template "plimsoll.subject" . }}</title></head>
<body style="font-family: sans-serif">
<h2>{{ template "plimsoll.subject" . }}</h2>
{{ range $at, $alert := .Alerts }}{{ if lt $at ${listed} }}<h3>{{ .Status | toUpper }}: ${value('line', '.Labels.alertname')}</h3>
<table cellpadding="4">
${htmlRow('Finding', '.Annotations.summary')}<tr><th align="left">Workload</th><td>{{ template "plimsoll.place.line" .Labels }}</td></tr>
${htmlRow('Container', '.Labels.container')}${htmlRow('Image', '.Labels.image')}${htmlRow('Severity', '.Labels.severity')}${htmlRow(
  'Details',
  '.Annotations.description',
)}<tr><th align="left">Since</th><td>{{ .StartsAt.UTC.Format "2006-01-02 15:04:05 MST" }}</td></tr>
{{ with .Annotations.runbook_url }}<tr><th align="left">Runbook</th><td><a href="{{ . }}">${value('line', '.')}</a></td></tr>
{{ else }}${htmlRow('Runbook', '.Annotations.runbook')}{{ end }}{{ with .Annotations.approve }}<tr><th align="left">Confirm or refuse</th><td><a href="{{ . }}">${value('line', '.')}</a></td></tr>
{{ end }}{{ with .Annotations.evidence }}<tr><th align="left">Evidence</th><td><pre>{{ template "plimsoll.block" . }}</pre></td></tr>
{{ end }}</table>
{{ end }}{{ end }}{{ if gt (len .Alerts) ${listed} }}<p>… and more: {{ len .Alerts }} in all</p>
{{ end }}<p><a href="{{ .ExternalURL }}">Alertmanager</a></p>
</body></html>
{{ end }}
`;
}
