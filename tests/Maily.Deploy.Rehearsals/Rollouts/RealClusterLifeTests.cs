using Maily.Deploy.Rehearsals.Kubernetes;
using Maily.Deploy.Rehearsals.Sandbox;
using Maily.Deploy.Sandbox.Instances;

namespace Maily.Deploy.Rehearsals.Rollouts;

[Collection("real pods")]
public sealed class RealClusterLifeTests(RealPodFixture fixture) : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("maily-node-");

    [Fact]
    public async Task Killed_it_takes_kubelet_engine_and_containers_with_it_and_leaves_no_trace_on_the_machine()
    {
        if (fixture.Missing is { } why) Assert.Skip(why);
        var before = Traces();
        await using var process = await SandboxProcess.StartAsync(folder.FullName, TestContext.Current.CancellationToken, RealAssets.Folder!);
        Machine.ProcessesNaming(process.Instance).Count.ShouldBeGreaterThanOrEqualTo(7);

        await process.KillAsync(TestContext.Current.CancellationToken);

        (await Machine.RemainingAsync(() => Machine.ProcessesNaming(process.Instance), TestContext.Current.CancellationToken)).ShouldBeEmpty();
        InstanceRecord.Read(process.Instance)!.Processes.ShouldAllBe(child => !child.IsAlive);
        Traces().ShouldBe(before);
    }

    public void Dispose() => folder.Delete(recursive: true);

    // What a kubelet sets, and where it writes, on a machine of its own.
    static string Traces() => string.Join('\n',
        new[] { "/proc/sys/vm/overcommit_memory", "/proc/sys/kernel/panic", "/proc/sys/kernel/panic_on_oops" }.Select(File.ReadAllText)
            .Concat(new[] { "/var/log/pods", "/var/log/containers", "/var/lib/kubelet", "/var/lib/dockershim", "/usr/libexec/kubernetes", "/var/run/kubernetes" }.Select(path => $"{path} {Directory.Exists(path)}"))
            .Concat(File.ReadLines("/proc/mounts").Where(line => line.Contains("kubelet", StringComparison.Ordinal)))
            .Concat(File.ReadLines("/proc/net/dev").Where(line => line.Contains("docker", StringComparison.Ordinal) || line.Contains("veth", StringComparison.Ordinal)).Select(line => line.Split(':')[0])));
}
