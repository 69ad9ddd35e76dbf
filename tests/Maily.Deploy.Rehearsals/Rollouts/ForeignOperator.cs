using System.Text;

namespace Maily.Deploy.Rehearsals.Rollouts;

/// <summary>Manifests of the shape in which others publish theirs: an operator's install file with its definitions.</summary>
static class ForeignOperator
{
    /// <summary>The operator's second version, whose kind has a field that its resource uses at once.</summary>
    public static string Upgraded => Version(2).Replace("field7: {", "renewBefore: {", StringComparison.Ordinal)
        .Replace("field0: \"shop.example\",", "field0: \"shop.example\", renewBefore: \"1h\",", StringComparison.Ordinal);

    /// <summary>
    /// An operator: two definitions, one with a schema larger than the annotation of <c>kubectl apply</c> may be, roles, webhooks, a
    /// Deployment, and resources of its own kinds in the same file.
    /// </summary>
    public static string Version(int version) => $$"""
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
