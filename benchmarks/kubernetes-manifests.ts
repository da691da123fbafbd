/** The manifests of a made-up shop: what a team writes, with the faults of a first draft in every third workload. */
export interface ManifestFile {
  readonly path: string;
  readonly text: string;
}

/**
 * Files with `objects` Kubernetes objects in all: Deployments of about 60 lines, each with its Service, some with
 * autoscaler, disruption budget, ConfigMap and ServiceAccount. The same for the same number.
 */
export function manifestFiles(objects: number): ManifestFile[] {
  const files: ManifestFile[] = [];
  let made = 0;
  for (let index = 0; made < objects; index++) {
    const documents = application(index).slice(0, objects - made);
    made += documents.length;
    files.push({ path: `deploy/app-${index}.yaml`, text: documents.join('---\n') });
  }
  return files;
}

function application(index: number): string[] {
  const name = `app-${index}`;
  const draft = index % 3 === 0;
  return [
    deployment(name, index, draft),
    service(name),
    ...(draft ? [] : [serviceAccount(name), budget(name), autoscaler(name)]),
  ];
}

function deployment(name: string, index: number, draft: boolean): string {
  const limits = draft
    ? ''
    : `          resources:
            requests:
              cpu: 100m
              memory: 128Mi
            limits:
              memory: 256Mi
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities:
              drop: [ALL]
          livenessProbe:
            httpGet:
              path: /live
              port: http
`;
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: shop
  labels:
    app.kubernetes.io/name: ${name}
    app.kubernetes.io/part-of: shop
spec:
  replicas: ${1 + (index % 4)}
  selector:
    matchLabels:
      app.kubernetes.io/name: ${name}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: ${name}
        app.kubernetes.io/part-of: shop
      annotations:
        prometheus.io/scrape: "true"
        prometheus.io/port: "8080"
    spec:
      serviceAccountName: ${name}
      automountServiceAccountToken: false
      securityContext:
        runAsNonRoot: ${draft ? 'false' : 'true'}
        seccompProfile:
          type: RuntimeDefault
      containers:
        - name: app
          image: registry.example.com/shop/${name}:${draft ? 'latest' : `1.4.${index}`} # built by CI
          imagePullPolicy: IfNotPresent
          args: ["--port", "8080", "--log=json"]
          ports:
            - name: http
              containerPort: 8080
          env:
            - name: LOG_LEVEL
              value: info
            - name: DATABASE_URL
              valueFrom:
                secretKeyRef:
                  name: database
                  key: url
${limits}          readinessProbe:
            httpGet:
              path: /ready
              port: http
            periodSeconds: 5
          volumeMounts:
            - name: tmp
              mountPath: /tmp
      volumes:
        - name: tmp
          emptyDir: {}
`;
}

function service(name: string): string {
  return `apiVersion: v1
kind: Service
metadata:
  name: ${name}
  namespace: shop
spec:
  selector:
    app.kubernetes.io/name: ${name}
  ports:
    - name: http
      port: 80
      targetPort: http
`;
}

function serviceAccount(name: string): string {
  return `apiVersion: v1
kind: ServiceAccount
metadata:
  name: ${name}
  namespace: shop
automountServiceAccountToken: false
`;
}

function budget(name: string): string {
  return `apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: ${name}
  namespace: shop
spec:
  minAvailable: 1
  selector:
    matchLabels:
      app.kubernetes.io/name: ${name}
`;
}

function autoscaler(name: string): string {
  return `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: ${name}
  namespace: shop
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: ${name}
  minReplicas: 2
  maxReplicas: 6
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: 70
`;
}
