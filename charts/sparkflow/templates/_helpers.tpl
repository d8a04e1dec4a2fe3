{{- define "sparkflow.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" }}
{{- end }}

{{- define "sparkflow.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" }}
{{- else if contains (include "sparkflow.name" .) .Release.Name }}
{{- .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "sparkflow.name" .) | trunc 40 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "sparkflow.labels" -}}
{{ include "sparkflow.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: sparkflow
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "sparkflow.selectorLabels" -}}
app.kubernetes.io/name: {{ include "sparkflow.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "sparkflow.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "sparkflow.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- required "serviceAccount.name: name the service account to use, since serviceAccount.create is false" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "sparkflow.image" -}}
{{- with .Values.image }}
{{- if .digest }}
{{- printf "%s@%s" .repository .digest }}
{{- else }}
{{- printf "%s:%s" .repository (default $.Chart.AppVersion .tag) }}
{{- end }}
{{- end }}
{{- end }}

{{/* Namespaces of drivers, as JSON: a template can only return text. */}}
{{- define "sparkflow.driverNamespaces" -}}
{{- .Values.driver.namespaces | default .Values.watchNamespaces | default (list .Release.Namespace) | toJson }}
{{- end }}

{{- define "sparkflow.engineNamespaces" -}}
{{- if .Values.defaultEngine.namespaces }}
{{- .Values.defaultEngine.namespaces | toJson }}
{{- else }}
{{- include "sparkflow.driverNamespaces" . }}
{{- end }}
{{- end }}

{{/* The claim of the default engine, if its storage is one. */}}
{{- define "sparkflow.claim" -}}
{{- with .Values.defaultEngine.storage.claim }}
{{- .name | default (ternary "sparkflow-storage" "" .create) }}
{{- end }}
{{- end }}

{{/* What every pod of the chart says: it passes Pod Security restricted. */}}
{{- define "sparkflow.podSecurityContext" -}}
runAsNonRoot: true
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "sparkflow.securityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{/* Where the chart's pods may run. */}}
{{- define "sparkflow.placement" -}}
{{- $where := dict }}
{{- range $name := list "imagePullSecrets" "nodeSelector" "tolerations" }}
{{- with get $.Values $name }}
{{- $_ := set $where $name . }}
{{- end }}
{{- end }}
{{- if $where }}
{{- toYaml $where }}
{{- end }}
{{- end }}

{{/* Labels and annotations of what the uninstall hook is made of. */}}
{{- define "sparkflow.releasePodsHook" -}}
labels:
  {{- include "sparkflow.labels" . | nindent 2 }}
  app.kubernetes.io/component: uninstall
annotations:
  helm.sh/hook: post-delete
  helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end }}

{{/* What the operator may do where it runs tasks: no Secrets, and no ConfigMap is ever listed or watched. */}}
{{- define "sparkflow.operatorRules" -}}
- apiGroups: [sparkflow.dev]
  resources: [sparkengines, sparktasks, sparkflows, sparkflowruns]
  verbs: [get, list, watch]
- apiGroups: [sparkflow.dev]
  resources: [sparktasks]
  verbs: [create, patch]
- apiGroups: [sparkflow.dev]
  resources: [sparkflowruns]
  verbs: [create, patch, delete]
- apiGroups: [sparkflow.dev]
  resources: [sparktasks/status, sparkflows/status, sparkflowruns/status]
  verbs: [patch]
- apiGroups: [apps]
  resources: [controllerrevisions]
  verbs: [create, get]
- apiGroups: [""]
  resources: [pods]
  verbs: [get, list, watch, create, patch, delete, deletecollection]
- apiGroups: [""]
  resources: [configmaps]
  verbs: [create, get]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create, patch]
{{- end }}
