{{/* The code and data in files/, as a ConfigMap's data. */}}
{{- define "sales.files" -}}
{{ (.Files.Glob "files/*").AsConfig }}
{{- end }}

{{/* A name with a hash of them: an edited file is another ConfigMap, so that an upgrade starts a run with it. */}}
{{- define "sales.code" -}}
{{ printf "%s-code-%s" .Release.Name (include "sales.files" . | sha256sum | trunc 10) }}
{{- end }}
