using System.Collections.Concurrent;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Kubernetes;
using Maily.Deploy.Kubernetes.Waves;

namespace Maily.Deploy.Rehearsals.Waves;

/// <summary>Notes when it is called, and fails once where it is told to.</summary>
sealed class RecordingHook : IRegionHook
{
    readonly ConcurrentQueue<string> made = new();
    bool hasFailed;

    public string? Fails { get; init; }

    public IReadOnlyList<string> Made => [.. made];

    public Task BeforeAsync(RegionSpec region, StepContext context, CancellationToken cancellation) => NoteAsync($"before {region.Name}");

    public Task AfterAsync(RegionSpec region, StepContext context, CancellationToken cancellation) => NoteAsync($"after {region.Name}");

    Task NoteAsync(string call)
    {
        made.Enqueue(call);
        if (call != Fails || hasFailed)
            return Task.CompletedTask;
        hasFailed = true;
        throw new HookFailedException();
    }
}

/// <summary>A hook could not do its work.</summary>
sealed class HookFailedException() : DeployException("The pool cannot be changed.", "Look at it.");
