using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Objects;

namespace Maily.Deploy.Sandbox.Kubernetes.Controllers;

/// <summary>Runs jobs to completion, or until they failed once too often.</summary>
internal sealed class JobController(ClusterAccess cluster) : IController
{
    public Task Reconcile(CancellationToken ct)
    {
        foreach (var job in cluster.List("Job").Where(job => !job.IsBeingDeleted())) Reconcile(job);
        return Task.CompletedTask;
    }

    void Reconcile(JsonObject job)
    {
        if (Conditions.Is(job, "Complete") || Conditions.Is(job, "Failed")) return;
        var pods = Pods.Of(cluster, job);
        var active = pods.Where(Pods.IsActive).ToList();
        var succeeded = pods.Count(pod => pod.Text("status", "phase") == "Succeeded");
        var failed = pods.Count(pod => pod.Text("status", "phase") == "Failed");
        var end = End(job, succeeded, failed);
        if (end is not null || job.Flag("spec", "suspend")) Stop(active);
        else Start(job, active.Count, succeeded);
        Report(job, end, succeeded, failed);
    }

    JsonObject? End(JsonObject job, int succeeded, int failed)
    {
        if (succeeded >= (job.Number("spec", "completions") ?? 1)) return Conditions.Next(job, cluster.Now, "Complete", "True", "", "");
        return failed > (job.Number("spec", "backoffLimit") ?? 6)
            ? Conditions.Next(job, cluster.Now, "Failed", "True", "BackoffLimitExceeded", "Job has reached the specified backoff limit") : null;
    }

    void Start(JsonObject job, int active, int succeeded)
    {
        var left = (job.Number("spec", "completions") ?? 1) - succeeded;
        for (var missing = Math.Min(job.Number("spec", "parallelism") ?? 1, left) - active; missing > 0; missing--)
            cluster.CreatePod(job, Pods.FromTemplate(job, job.At("spec", "template"), null, []));
    }

    void Stop(List<JsonObject> active)
    {
        foreach (var pod in active) cluster.Delete(pod);
    }

    void Report(JsonObject job, JsonObject? end, int succeeded, int failed)
    {
        var status = new JsonObject
        {
            ["startTime"] = job.Text("status", "startTime") ?? Json.Stamp(cluster.Now),
            ["active"] = Count.OrNothing(Pods.Of(cluster, job).Count(Pods.IsActive)),
            ["succeeded"] = Count.OrNothing(succeeded),
            ["failed"] = Count.OrNothing(failed),
        };
        if (end is not null) status["conditions"] = new JsonArray(end);
        if (end.Text("type") == "Complete") status["completionTime"] = Json.Stamp(cluster.Now);
        cluster.SetStatus(job, status);
    }
}
