using System.Text;

namespace Maily.Deploy.Rehearsals.Rollouts;

/// <summary>Manifests of the shape in which others publish theirs: a demo shop of a dozen services, an operator's install file with its definitions.</summary>
static class ForeignManifests
{
    static readonly string[] Services =
    [
        "ad", "cart", "checkout", "currency", "email", "frontend", "loadgenerator", "payment", "productcatalog", "recommendation", "shipping", "shippinglabel",
    ];

    /// <summary>Twelve services with their accounts, and a Redis: 37 objects.</summary>
    public static string Shop(int version)
    {
        var text = new StringBuilder("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: maily\n  creationTimestamp: null\n");
        foreach (var name in Services)
            text.Append(Service(name, version));
        return text.Append(Redis()).ToString();
    }

    static string Service(string name, int version) => $$"""
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: {{name}}service
          labels:
            app: {{name}}service
        spec:
          selector:
            matchLabels:
              app: {{name}}service
          template:
            metadata:
              creationTimestamp: null
              labels:
                app: {{name}}service
              annotations:
                sidecar.istio.io/rewriteAppHTTPProbers: "true"
            spec:
              serviceAccountName: {{name}}service
              terminationGracePeriodSeconds: 5
              securityContext:
                fsGroup: 1000
                runAsNonRoot: true
                runAsUser: 1000
              containers:
              - name: server
                securityContext:
                  allowPrivilegeEscalation: false
                  capabilities:
                    drop:
                      - ALL
                  privileged: false
                  readOnlyRootFilesystem: true
                image: registry.example/shop/{{name}}service@sha256:{{new string((char)('0' + version), 64)}}
                ports:
                - containerPort: 8080
                env:
                - name: PORT
                  value: "8080"
                - name: POD_IP
                  valueFrom:
                    fieldRef:
                      fieldPath: status.podIP
                - name: DISABLE_PROFILER
                  value: "1"
                readinessProbe:
                  periodSeconds: 5
                  httpGet:
                    path: /_healthz
                    port: 8080
                    httpHeaders:
                    - name: "Cookie"
                      value: "shop_session-id=x-readiness-probe"
                livenessProbe:
                  periodSeconds: 5
                  exec:
                    command: ["/bin/grpc_health_probe", "-addr=:8080"]
                resources:
                  requests:
                    cpu: 0.1
                    memory: 64Mi
                  limits:
                    cpu: 1000m
                    memory: 128Mi
        status: {}
        ---
        apiVersion: v1
        kind: Service
        metadata:
          name: {{name}}service
        spec:
          type: ClusterIP
          selector:
            app: {{name}}service
          ports:
          - name: grpc
            port: 5000
            targetPort: 8080
        ---
        apiVersion: v1
        kind: ServiceAccount
        metadata:
          name: {{name}}service

        """;

    static string Redis() => $$"""
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: redis-cart
        spec:
          selector:
            matchLabels:
              app: redis-cart
          template:
            metadata:
              labels:
                app: redis-cart
            spec:
              containers:
              - name: redis
                image: registry.example/redis@sha256:{{new string('a', 64)}}
                ports:
                - containerPort: 6379
                readinessProbe:
                  tcpSocket:
                    port: 6379
                volumeMounts:
                - mountPath: /data
                  name: redis-data
              volumes:
              - name: redis-data
                emptyDir: {}
        """;

    /// <summary>The operator's second version, whose kind has a field that its resource uses at once.</summary>
    public static string UpgradedOperator => Operator(2).Replace("field7: {", "renewBefore: {", StringComparison.Ordinal)
        .Replace("field0: \"shop.example\",", "field0: \"shop.example\", renewBefore: \"1h\",", StringComparison.Ordinal);

    /// <summary>
    /// An operator: two definitions, one with a schema larger than the annotation of <c>kubectl apply</c> may be, roles, webhooks, a
    /// Deployment, and resources of its own kinds in the same file.
    /// </summary>
    public static string Operator(int version) => $$"""
        apiVersion: v1
        kind: Namespace
        metadata: { name: maily }
        {{Definition("Certificate", "certificates", "Namespaced", 3000)}}
        {{Definition("Issuer", "issuers", "Cluster", 5)}}
        ---
        apiVersion: v1
        kind: ServiceAccount
        automountServiceAccountToken: true
        metadata: { name: operator }
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRole
        metadata: { name: maily-test-operator, labels: { rbac.authorization.k8s.io/aggregate-to-admin: "true" } }
        rules:
          - apiGroups: ["operator.maily.test"]
            resources: ["certificates", "certificates/status", "issuers"]
            verbs: ["get", "list", "watch", "update", "patch"]
          - apiGroups: [""]
            resources: ["secrets", "events"]
            verbs: ["get", "create"]
          - nonResourceURLs: ["/metrics"]
            verbs: ["get"]
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRoleBinding
        metadata: { name: maily-test-operator }
        roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: maily-test-operator }
        subjects: [ { kind: ServiceAccount, name: operator, namespace: maily } ]
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: Role
        metadata: { name: operator-leader }
        rules: [ { apiGroups: ["coordination.k8s.io"], resources: ["leases"], resourceNames: ["operator"], verbs: ["get", "update"] } ]
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: RoleBinding
        metadata: { name: operator-leader }
        roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: operator-leader }
        subjects: [ { kind: ServiceAccount, name: operator } ]
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: { name: operator-webhook }
        data: {}
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: operator-webhook }
        spec: { type: ClusterIP, ports: [ { name: https, port: 443, protocol: TCP, targetPort: "https" } ], selector: { app: operator } }
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: operator, labels: { app: operator } }
        spec:
          replicas: 1
          selector: { matchLabels: { app: operator } }
          template:
            metadata:
              labels: { app: operator }
              annotations: { prometheus.io/scrape: 'true', prometheus.io/port: '9402' }
            spec:
              serviceAccountName: operator
              securityContext: { runAsNonRoot: true, seccompProfile: { type: RuntimeDefault } }
              containers:
                - name: operator
                  image: registry.example/operator@sha256:{{new string((char)('0' + version), 64)}}
                  args: [ --v=2, "--cluster-resource-namespace=$(POD_NAMESPACE)", --leader-election-namespace=maily ]
                  ports: [ { containerPort: 9402, name: http-metrics, protocol: TCP }, { containerPort: 10250, name: https } ]
                  env: [ { name: POD_NAMESPACE, valueFrom: { fieldRef: { fieldPath: metadata.namespace } } } ]
              nodeSelector: { kubernetes.io/os: linux }
        ---
        apiVersion: admissionregistration.k8s.io/v1
        kind: ValidatingWebhookConfiguration
        metadata: { name: maily-test-operator }
        webhooks:
          - name: webhook.operator.maily.test
            clientConfig: { service: { name: operator-webhook, namespace: maily, path: /validate } }
            rules: [ { apiGroups: ["nothing.maily.test"], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"], resources: ["*/*"] } ]
            admissionReviewVersions: ["v1"]
            matchPolicy: Equivalent
            timeoutSeconds: 30
            failurePolicy: Fail
            sideEffects: None
        ---
        apiVersion: operator.maily.test/v1
        kind: Issuer
        metadata: { name: maily-test-self-signed }
        spec: { field0: "self-signed" }
        ---
        apiVersion: operator.maily.test/v1
        kind: Certificate
        metadata: { name: shop }
        spec: { field0: "shop.example", replicas: {{version}}, port: "http" }
        """;

    /// <summary>A Job that removes itself when it is done, a Deployment whose init container waits for it, and their exporter in a namespace of its own.</summary>
    public static string Suite(int version) => $$"""
        apiVersion: v1
        kind: Namespace
        metadata: { name: maily }
        ---
        apiVersion: v1
        kind: Namespace
        metadata: { name: maily-test-metrics }
        ---
        apiVersion: batch/v1
        kind: Job
        metadata: { name: schema }
        spec:
          ttlSecondsAfterFinished: 0
          template:
            spec:
              restartPolicy: OnFailure
              containers: [ { name: schema, image: "{{Image(version)}}" } ]
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: suite }
        spec:
          selector: { matchLabels: { app: suite } }
          template:
            metadata: { labels: { app: suite } }
            spec:
              initContainers: [ { name: wait-for-schema, image: "{{Image(version)}}", command: [ sh, -c, "until schema-is-there; do sleep 1; done" ] } ]
              containers: [ { name: suite, image: "{{Image(version)}}" } ]
        ---
        apiVersion: v1
        kind: ServiceAccount
        metadata: { name: exporter, namespace: maily-test-metrics }
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: exporter, namespace: maily-test-metrics }
        spec:
          selector: { matchLabels: { app: exporter } }
          template:
            metadata: { labels: { app: exporter } }
            spec:
              serviceAccountName: exporter
              containers: [ { name: exporter, image: "{{Image(version)}}" } ]
        """;

    static string Image(int version) => $"registry.example/suite@sha256:{new string((char)('0' + version), 64)}";

    static string Definition(string kind, string plural, string scope, int fields)
    {
        var properties = new StringBuilder();
        for (var number = 0; number < fields; number++)
            properties.Append($$"""                field{{number}}: { description: "What field number {{number}} of a {{kind}} is for, in a sentence that is as long as they are.", type: string }""").Append('\n');
        return $$"""
            ---
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata:
              name: {{plural}}.operator.maily.test
              annotations: { controller-gen.kubebuilder.io/version: v0.14.0 }
              creationTimestamp: null
            spec:
              group: operator.maily.test
              names: { kind: {{kind}}, listKind: {{kind}}List, plural: {{plural}}, singular: {{kind.ToLowerInvariant()}}, categories: [operator] }
              scope: {{scope}}
              preserveUnknownFields: false
              versions:
                - name: v1
                  served: true
                  storage: true
                  subresources: { status: {} }
                  additionalPrinterColumns: [ { jsonPath: .spec.field0, name: Name, type: string, priority: 1 } ]
                  schema:
                    openAPIV3Schema:
                      type: object
                      required: [spec]
                      properties:
                        apiVersion: { type: string }
                        kind: { type: string }
                        metadata: { type: object }
                        spec:
                          type: object
                          properties:
                            replicas: { type: integer, format: int32, default: 1 }
                            port: { anyOf: [ { type: integer }, { type: string } ], x-kubernetes-int-or-string: true }
                            more: { type: object, additionalProperties: { type: string } }
                            usages: { type: array, items: { type: string, enum: [signing, "server auth"] } }
            {{properties}}
                        status:
                          type: object
                          x-kubernetes-preserve-unknown-fields: true
            status:
              acceptedNames: { kind: "", plural: "" }
              conditions: []
              storedVersions: []
            """;
    }
}
