using System.Text;

namespace Maily.Deploy.Benchmarks.Kubernetes;

/// <summary>An overlay of so many objects: a namespace, ConfigMaps, Services and Deployments without pods.</summary>
sealed class SampleObjects(string folder, string space, int count)
{
    /// <summary>The overlay's folder.</summary>
    public string Folder => folder;

    /// <summary>Writes the overlay; another version changes every ConfigMap and Service.</summary>
    public void Write(int version)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "kustomization.yaml"), $"namespace: {space}\nresources: [objects.yaml]\n");
        var text = new StringBuilder($$"""{ apiVersion: v1, kind: Namespace, metadata: { name: {{space}} } }""").Append('\n');
        for (var number = 1; number < count; number++)
            text.Append("---\n").Append((number % 5) switch { 0 => Deployment(number), 1 => Service(number, version), _ => ConfigMap(number, version) }).Append('\n');
        File.WriteAllText(Path.Combine(folder, "objects.yaml"), text.ToString());
    }

    static string ConfigMap(int number, int version) =>
        $$"""{ apiVersion: v1, kind: ConfigMap, metadata: { name: settings-{{number}} }, data: { COLOUR: green, VERSION: "{{version}}" } }""";

    static string Service(int number, int version) =>
        $$"""{ apiVersion: v1, kind: Service, metadata: { name: web-{{number}}, labels: { version: v{{version}} } }, spec: { selector: { app: web-{{number}} }, ports: [ { port: 80, protocol: TCP, targetPort: 8080 } ] } }""";

    static string Deployment(int number) => $$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: web-{{number}}, labels: { app: web-{{number}} } }
        spec:
          replicas: 0
          selector: { matchLabels: { app: web-{{number}} } }
          template:
            metadata: { labels: { app: web-{{number}} } }
            spec:
              containers:
                - name: web
                  image: "registry.example/web@sha256:{{new string('0', 64)}}"
                  resources: { requests: { cpu: 100m, memory: 64Mi }, limits: { memory: 128Mi } }
        """;
}
