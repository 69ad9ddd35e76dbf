using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Deployments.Steps;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maily.Deploy.Benchmarks.Parts;

/// <summary>Runs the steps of a stage as the step runner does, without a journal, so that the stage alone is measured.</summary>
static class Deployed
{
    public static DeploymentContext Context { get; } = ContextOf("20260101T000000Z-abcdef0-aaaa");

    /// <summary>Of a later deployment: to it, what the first one did is simply there.</summary>
    public static DeploymentContext Later { get; } = ContextOf("20260102T000000Z-abcdef0-aaaa");

    static DeploymentContext ContextOf(string id) => new()
    {
        Id = DeploymentId.Parse(id),
        Environment = "benchmark",
        Commit = new('a', 40),
        Log = NullLogger.Instance,
        Time = TimeProvider.System,
        Folder = Path.GetTempPath(),
    };

    /// <summary>Plans, captures, finds, applies and verifies.</summary>
    public static async Task RunAsync(IStagePlanner stage)
    {
        foreach (var step in await stage.PlanAsync(Context, CancellationToken.None))
        {
            await step.CaptureAsync(Context, CancellationToken.None);
            if ((await step.FindAsync(Context, CancellationToken.None)).State != FindingState.Absent)
                continue;
            var permit = new ChangePermit(Context.Id, step.Id, 1, TimeProvider.System, () => TimeSpan.MaxValue);
            var outputs = await step.ApplyAsync(new StepContext(Context, permit), CancellationToken.None);
            var verification = await step.VerifyAsync(Context, outputs, CancellationToken.None);
            if (!verification.IsAsWanted)
                throw new InvalidOperationException($"{step.Id}: {verification}");
        }
    }
}
