using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Deployments.Steps;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maily.Deploy.Tests.Postgres;

/// <summary>A deployment for tests of the database's stages: runs their steps as the step runner would, without a journal.</summary>
public sealed class Deployed(string folder, long fencingNumber = 1, string suffix = "aaaa") : IDisposable
{
    public DeploymentContext Context { get; set; } = new()
    {
        Id = DeploymentId.Parse($"20260101T000000Z-abcdef0-{suffix}"),
        Environment = "test",
        Commit = new('a', 40),
        Log = NullLogger.Instance,
        Time = TimeProvider.System,
        Folder = folder,
    };

    public string Folder => folder;

    public static Deployed InNewFolder(long fencingNumber = 1, string suffix = "aaaa") =>
        new(Directory.CreateTempSubdirectory("maily-db-").FullName, fencingNumber, suffix);

    public StepContext StepContext(StepId step) => new(Context, Permit(step));

    public ChangePermit Permit(StepId step) => Permit(step, () => TimeSpan.MaxValue);

    /// <summary>One whose lease ends.</summary>
    public ChangePermit Permit(StepId step, Func<TimeSpan> left) => new(Context.Id, step, fencingNumber, TimeProvider.System, left);

    /// <summary>Captures, applies and verifies all steps of the stage, and gives their restore points.</summary>
    public async Task<List<(Step Step, RestorePoint Point, StepOutputs Outputs)>> RunAsync(IStagePlanner stage, CancellationToken cancellation)
    {
        var done = new List<(Step, RestorePoint, StepOutputs)>();
        foreach (var step in await stage.PlanAsync(Context, cancellation))
        {
            var point = await step.CaptureAsync(Context, cancellation);
            var outputs = await step.ApplyAsync(StepContext(step.Id), cancellation);
            (await step.VerifyAsync(Context, outputs, cancellation)).IsAsWanted.ShouldBeTrue();
            Context = Context with { Outputs = Context.Outputs.Add(step.Id, outputs) };
            done.Add((step, point, outputs));
        }

        return done;
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
