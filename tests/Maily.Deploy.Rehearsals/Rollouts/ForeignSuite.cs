namespace Maily.Deploy.Rehearsals.Rollouts;

/// <summary>Manifests of the shape in which others publish theirs: workloads that wait for a Job, and a second namespace.</summary>
static class ForeignSuite
{
    /// <summary>A Job that removes itself when it is done, a Deployment whose init container waits for it, and their exporter in a namespace of its own.</summary>
    public static string Version(int version) => $$"""
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
}
