using System.Collections.Immutable;
using System.Diagnostics;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Deployments.Stores;
using Maily.Deploy.Images;
using Maily.Deploy.Kubernetes;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Processes;
using Maily.Deploy.Secrets;
using Maily.Deploy.Validation;
using Microsoft.Extensions.Logging.Abstractions;
using ConsoleLogger = BenchmarkDotNet.Loggers.ConsoleLogger;

namespace Maily.Deploy.Benchmarks.Kubernetes;

/// <summary>
/// A whole deployment of <c>DeployK8s</c>, with its checks, lease, journal and release record in a folder, as a process of its own: this very
/// program with <c>--deploy kubeconfig folder region=overlay ...</c>.
/// </summary>
static class WholeDeployment
{
    /// <summary>The argument that makes this program one.</summary>
    public const string Argument = "--deploy";

    /// <summary>Runs it as a process and gives what it says.</summary>
    public static Task<string> RunAsync(string kubeconfig, string folder, params IEnumerable<string> regions) =>
        new ProcessRunner(TimeProvider.System).RunAsync(Processes.CommandLine.Of(Environment.ProcessPath!, [Argument, kubeconfig, folder, .. regions]), onLine: null, CancellationToken.None);

    /// <summary>Is it.</summary>
    public static async Task<int> MainAsync(string kubeconfig, string folder, IEnumerable<string> regions)
    {
        var start = TimeProvider.System.GetTimestamp();
        var processes = new ProcessRunner(TimeProvider.System);
        var (wanted, clusters, renderer) = (regions.Select(RegionOf).ToImmutableArray(), new ClusterSettings { Kubeconfig = kubeconfig }, new ManifestRenderer(processes));
        var stage = new DeployK8sStage(wanted, clusters, [], ImageSettings.From(new Variables([])), renderer);
        (await new CheckRunner(TimeProvider.System).RunAsync(ClusterChecks.For("benchmark", wanted, clusters, renderer, TimeProvider.System), [stage.Stage], CancellationToken.None)).ThrowIfFailed();
        await using var deployment = await Deployment.StartAsync(DefinitionOf(stage), new FileDeploymentStore(Path.Combine(folder, "store"), TimeProvider.System), RequestOf(folder, stage), CancellationToken.None);
        await deployment.RunStageAsync(stage.Stage, StopSignals.None);
        await deployment.EndAsync(succeeded: true, CancellationToken.None);
        var events = deployment.State.Steps.Values.Select(step => step.Last).CountBy(last => last);
        ConsoleLogger.Default.WriteLine(BenchmarkDotNet.Loggers.LogKind.Result, $"{string.Join(", ", events.Select(pair => $"{pair.Value} {pair.Key}"))}; {TimeProvider.System.GetElapsedTime(start).TotalSeconds:0.0} s; {Process.GetCurrentProcess().PeakWorkingSet64 / 1_000_000} MB at most");
        return 0;
    }

    static RegionSpec RegionOf(string text) => text.Split('=', 2) is [var context, var overlay]
        ? new() { Name = context, Context = context, Overlay = overlay } : throw new ArgumentException("A region is written context=overlay.", nameof(text));

    static DeploymentDefinition DefinitionOf(DeployK8sStage stage) => new()
    {
        Policy = new EnvironmentPolicy("benchmark"),
        Pipeline = new Pipeline([new Stage(stage.Stage, "") { Kind = StepKind.Reversible }]),
        Planners = ImmutableDictionary<string, Func<IStagePlanner>>.Empty.Add(stage.Stage, () => stage),
    };

    static DeploymentRequest RequestOf(string folder, DeployK8sStage stage) => new()
    {
        Id = DeploymentId.Create(TimeProvider.System, new string('a', 40)), Environment = "benchmark", Commit = new('a', 40), Folder = Path.Combine(folder, "deployments"),
        Log = NullLogger.Instance, Time = TimeProvider.System, Stages = [stage.Stage],
    };
}
