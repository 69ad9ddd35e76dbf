using Maily.Deploy.Processes;
using Maily.Deploy.Rehearsals.Platform;

namespace Maily.Deploy.Rehearsals.Sandbox;

/// <summary>What stands for Vespa, Redis, Temporal and the collector passes the very probes of their manifests, in a real container.</summary>
public sealed class UpstreamImageTests(SandboxFixture fixture)
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_answers_each_probe_of_the_manifests_as_user_without_rights_on_a_read_only_root()
    {
        var sandbox = await fixture.GetAsync();
        var region = await Region.RenderAsync("eu-west-1", Token);
        var containers = region.Workloads.SelectMany(workload => workload.Containers())
            .Where(container => PlatformFolder.Upstreams.Contains(container.Text("image")) && container.Text("name") != "application").ToArray();
        containers.Length.ShouldBe(5);
        var id = (await DockerAsync("run", "-d", "--read-only", "--user", "65532", "--cap-drop", "ALL", sandbox.Environment["MAILY_UPSTREAM_IMAGE"], "whatever", "--arguments")).Trim();
        try
        {
            foreach (var container in containers)
                foreach (var probe in new[] { "startupProbe", "readinessProbe", "livenessProbe" })
                    await ProbeAsync(id, container, container.At(probe)!);
        }
        finally
        {
            await DockerAsync("rm", "-f", id);
        }

        async Task ProbeAsync(string running, YamlDotNet.RepresentationModel.YamlNode container, YamlDotNet.RepresentationModel.YamlNode probe)
        {
            var port = (probe.Text("httpGet", "port") ?? probe.Text("tcpSocket", "port")) is { } name
                ? container.Items("ports").Single(one => one.Text("name") == name).Text("containerPort") : null;
            if (port is null)
                await DockerAsync(["exec", running, .. probe.Items("exec", "command").Select(word => word.ToString())]);
            else
                (await DockerAsync("exec", running, "wget", "-q", "-O", "-", $"http://127.0.0.1:{port}{probe.Text("httpGet", "path") ?? "/"}")).ShouldContain("up");
        }

        Task<string> DockerAsync(params IEnumerable<string> words) => new ProcessRunner(TimeProvider.System)
            .RunAsync(CommandLine.Of("docker", ["-H", sandbox.Environment["DOCKER_HOST"], .. words]), null, Token);
    }
}
