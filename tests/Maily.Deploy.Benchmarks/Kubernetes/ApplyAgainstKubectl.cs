using BenchmarkDotNet.Attributes;
using Maily.Deploy.Benchmarks.Parts;
using Maily.Deploy.Sandbox.Kubernetes;

namespace Maily.Deploy.Benchmarks.Kubernetes;

/// <summary>
/// 500 objects on the real control plane, whole processes on both sides, each in a namespace of its own: with the API on this machine, and
/// as far away as a cluster in the same part of the world is from a CI runner.
/// </summary>
[Calls(5)]
[Needs(Tools.Kubectl, Tools.ControlPlane)]
public abstract class ApplyAgainstKubectl
{
    const int Count = 500;

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("maily-benchmark-apply-");
    RealControlPlane cluster = null!;
    LongLine line = null!;

    /// <summary>How long a packet takes there and back.</summary>
    [Params(0, 20)]
    public int RoundTripMs { get; set; }

    private protected SampleObjects Theirs => new(Path.Combine(folder.FullName, "kubectl"), "by-kubectl", Count);

    private protected SampleObjects Mine => new(Path.Combine(folder.FullName, "ours"), "by-maily", Count);

    private protected int Version { get; set; }

    string Kubeconfig => Path.Combine(folder.FullName, "kubeconfig");

    [GlobalSetup]
    public async Task PrepareAsync()
    {
        cluster = await RealControlPlane.StartAsync(Tools.ControlPlanePath!, CancellationToken.None);
        line = LongLine.To(cluster.Address.Port, TimeSpan.FromMilliseconds(RoundTripMs / 2.0));
        await File.WriteAllTextAsync(Kubeconfig, cluster.Kubeconfig.Replace($":{cluster.Address.Port}", $":{line.Port}", StringComparison.Ordinal), CancellationToken.None);
        Theirs.Write(Version);
        Mine.Write(Version);
        await KubectlAsync();
        await OursAsync();
    }

    [GlobalCleanup]
    public async Task RemoveAsync()
    {
        await line.DisposeAsync();
        await cluster.DisposeAsync();
        folder.Delete(recursive: true);
    }

    private protected Task<string> KubectlAsync() => Repository.RunAsync(
        "kubectl", "--kubeconfig", Kubeconfig, "--cache-dir", Path.Combine(folder.FullName, "cache"), "apply", "--server-side", "-k", Theirs.Folder);

    private protected Task<string> OursAsync() =>
        WholeDeployment.RunAsync(Kubeconfig, Path.Combine(folder.FullName, "run"), $"maily-control-plane={Mine.Folder}");

    private protected Task<string> ByHandAsync(int number) => Repository.RunAsync(
        "kubectl", "--kubeconfig", cluster.KubeconfigPath, "--namespace=by-maily", "patch", "configmap", $"settings-{number}", "--type=merge", "-p", """{"data":{"COLOUR":"red"}}""");

    private protected static string Expect(string answer, string part) =>
        answer.Contains(part, StringComparison.Ordinal) ? answer : throw new InvalidOperationException($"Expected {part}: {answer}");
}

/// <summary>Nothing to change: decided against the live objects.</summary>
public class FiveHundredUnchanged : ApplyAgainstKubectl
{
    [Benchmark(Baseline = true, Description = "kubectl apply --server-side, 500 unchanged")]
    public Task Kubectl() => KubectlAsync();

    [Benchmark(Description = "DeployK8s, 500 unchanged")]
    public async Task Ours() => Expect(await OursAsync(), "2 Unchanged");
}

/// <summary>One object was edited by hand; kubectl would refuse that as a conflict, so it has nothing to do here.</summary>
public class OneEditedByHand : ApplyAgainstKubectl
{
    [IterationSetup(Target = nameof(Ours))]
    public void Edit() => ByHandAsync(number: 2).GetAwaiter().GetResult();

    [Benchmark(Baseline = true, Description = "kubectl apply --server-side, 500 unchanged")]
    public Task Kubectl() => KubectlAsync();

    [Benchmark(Description = "DeployK8s, 1 of 500 edited by hand: found and repaired")]
    public async Task Ours() => Expect(await OursAsync(), "1 Verified");
}

/// <summary>
/// All ConfigMaps and Services changed. The Deployments did not: only ours would wait for their rollouts, and the controller's own pace would
/// be measured.
/// </summary>
public class FourHundredChanged : ApplyAgainstKubectl
{
    [IterationSetup]
    public void Change()
    {
        Version++;
        Theirs.Write(Version);
        Mine.Write(Version);
    }

    [Benchmark(Baseline = true, Description = "kubectl apply --server-side, 399 of 500 changed")]
    public Task Kubectl() => KubectlAsync();

    [Benchmark(Description = "DeployK8s, 399 of 500 changed")]
    public async Task Ours() => Expect(await OursAsync(), "1 Verified");
}
