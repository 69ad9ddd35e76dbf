using System.Text;

namespace Maily.Deploy.Rehearsals.Rollouts;

/// <summary>Manifests of the shape in which others publish theirs: a demo shop of a dozen services.</summary>
static class ForeignShop
{
    static readonly string[] Services =
    [
        "ad", "cart", "checkout", "currency", "email", "frontend", "loadgenerator", "payment", "productcatalog", "recommendation", "shipping", "shippinglabel",
    ];

    /// <summary>Twelve services with their accounts, and a Redis: 37 objects.</summary>
    public static string Version(int version)
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
}
