using System.Collections.Immutable;
using Maily.Deploy.Rehearsals.Sandbox;
using Maily.Deploy.Sandbox;
using Maily.Deploy.Sandbox.Kubernetes.Faults;

namespace Maily.Deploy.Rehearsals.Pipelines;

/// <summary>A sandbox of its own and a workspace to deploy to it from.</summary>
sealed class Product : IAsyncDisposable
{
    readonly DirectoryInfo folder;
    readonly RunningSandbox sandbox;

    Product(DirectoryInfo folder, RunningSandbox sandbox, Workspace workspace) => (this.folder, this.sandbox, Workspace) = (folder, sandbox, workspace);

    /// <summary>The far sides.</summary>
    public SandboxParts Parts => sandbox.Parts;

    /// <summary>The clone that is deployed.</summary>
    public Workspace Workspace { get; }

    /// <summary>Whether a run in it did not end by itself: then it may hold the lease, and nothing is sure.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>The sandbox's variables.</summary>
    public ImmutableSortedDictionary<string, string> Environment => sandbox.Environment;

    /// <summary>A product that was never deployed.</summary>
    public static async Task<Product> StartAsync(CancellationToken cancellation, string? controlPlane = null)
    {
        SandboxFixture.RequireRoot();
        var folder = Directory.CreateTempSubdirectory("maily-rehearsal-");
        await CompiledBuild.GetAsync();
        var workspace = await Workspace.CloneAsync(cancellation);
        return new(folder, await SandboxFixture.StartAsync(folder.FullName, cancellation, controlPlane), workspace);
    }

    /// <summary>Starts a run in the sandbox's environment, with some variables changed, or removed where null.</summary>
    public Task<Deployer> BeginAsync(Workspace from, IReadOnlyDictionary<string, string?> changes, params string[] arguments)
    {
        var variables = Environment.ToDictionary(pair => pair.Key, pair => (string?)pair.Value, StringComparer.Ordinal);
        foreach (var (name, value) in changes)
            variables[name] = value;
        return Deployer.StartAsync(from, variables, arguments);
    }

    /// <summary>Starts a run in the sandbox's environment.</summary>
    public Task<Deployer> BeginAsync(params string[] arguments) => BeginAsync(Workspace, ImmutableDictionary<string, string?>.Empty, arguments);

    /// <summary>Runs to the end.</summary>
    public Task<DeployerRun> RunAsync(CancellationToken cancellation, params string[] arguments) =>
        RunAsync(Workspace, ImmutableDictionary<string, string?>.Empty, cancellation, arguments);

    /// <summary>Runs to the end, from another clone or with other variables.</summary>
    public async Task<DeployerRun> RunAsync(Workspace from, IReadOnlyDictionary<string, string?> changes, CancellationToken cancellation, params string[] arguments)
    {
        await using var deployer = await BeginAsync(from, changes, arguments);
        IsBroken = true;
        var run = await deployer.EndAsync(cancellation);
        IsBroken = false;
        return run;
    }

    /// <summary>The far sides as they are now.</summary>
    public Task<string[]> ReadAsync(CancellationToken cancellation) => FarSides.ReadAsync(Parts, cancellation);

    /// <summary>Lets the next rollout in the first region wait for pods that do not get ready.</summary>
    public void HangRollout() => Parts.Clusters.ByRegion["eu-west-1"].Faults!.Add(new WorkloadFault(new NeverReady()) { Workload = "api-gateway" });

    /// <summary>Lets every change of an object in the first region wait, as an undoing's does that a kill is to strike.</summary>
    public void HangChanges() => Parts.Clusters.ByRegion["eu-west-1"].Faults!.Add(new ApiFault { Method = "PATCH", Delay = TimeSpan.FromMinutes(5) });

    /// <summary>Whether a workload runs an image that it did not run before.</summary>
    public bool HasNewImage(IReadOnlyCollection<string> before) =>
        FarSides.ImagesIn(Parts).Any(image => !before.Any(line => line.Contains(image, StringComparison.Ordinal)));

    /// <summary>Ends all faults.</summary>
    public void ClearFaults()
    {
        Parts.Vercel.Faults.Clear();
        Parts.Vercel.ProductionFaults.Clear();
        foreach (var cluster in Parts.Clusters.ByRegion.Values)
            cluster.Faults!.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        Workspace.Dispose();
        await sandbox.DisposeAsync();
        folder.Delete(recursive: true);
    }
}
