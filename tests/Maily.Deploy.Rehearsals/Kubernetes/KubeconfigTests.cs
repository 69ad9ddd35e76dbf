using Maily.Deploy.Kubernetes;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Sandbox.Kubernetes;

namespace Maily.Deploy.Rehearsals.Kubernetes;

/// <summary>The ways in which a kubeconfig leads to a cluster, and the one way that a run makes of them.</summary>
public sealed class KubeconfigTests : IAsyncLifetime
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("maily-kubeconfig-");
    EmbeddedCluster cluster = null!;

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    string File => Path.Combine(folder.FullName, "config");

    string Calls => Path.Combine(folder.FullName, "calls");

    public async ValueTask InitializeAsync() => cluster = await EmbeddedCluster.StartAsync(ct: Cancellation);

    public async ValueTask DisposeAsync()
    {
        await cluster.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_credential_plugin_runs_for_the_run_and_not_for_each_look()
    {
        await WriteAsync(Token(until: "2099-01-01T00:00:00Z"));
        for (var look = 0; look < 5; look++)
            (await VersionAsync()).ShouldStartWith("v1.");
        (await System.IO.File.ReadAllLinesAsync(Calls, Cancellation)).Length.ShouldBeLessThanOrEqualTo(2);
    }

    [Fact]
    public async Task A_credential_that_has_expired_is_asked_for_again()
    {
        await WriteAsync(Token(until: "2020-01-01T00:00:00Z"));
        await VersionAsync();
        var before = (await System.IO.File.ReadAllLinesAsync(Calls, Cancellation)).Length;
        await VersionAsync();
        (await System.IO.File.ReadAllLinesAsync(Calls, Cancellation)).Length.ShouldBeGreaterThan(before);
    }

    [Fact]
    public async Task A_plugin_that_fails_is_asked_again_once_it_works()
    {
        await WriteAsync("echo You must be logged in >&2; exit 255");
        await Should.ThrowAsync<KubeconfigException>(VersionAsync);
        await WriteAsync(Token(until: "2099-01-01T00:00:00Z"));
        (await VersionAsync()).ShouldStartWith("v1.");
    }

    [Fact]
    public async Task A_file_that_changes_leads_to_another_cluster()
    {
        await using (var former = await EmbeddedCluster.StartAsync(ct: Cancellation))
        {
            await System.IO.File.WriteAllTextAsync(File, former.Kubeconfig, Cancellation);
            await VersionAsync();
        }

        await System.IO.File.WriteAllTextAsync(File, cluster.Kubeconfig, Cancellation);
        (await VersionAsync()).ShouldStartWith("v1.");
    }

    [Fact]
    public async Task An_authority_may_lie_beside_the_file()
    {
        var line = cluster.Kubeconfig.Split('\n').Single(text => text.Contains("certificate-authority-data", StringComparison.Ordinal));
        await System.IO.File.WriteAllBytesAsync(Path.Combine(folder.FullName, "ca.pem"), Convert.FromBase64String(line.Split(": ")[1].Trim()), Cancellation);
        await System.IO.File.WriteAllTextAsync(File, cluster.Kubeconfig.Replace(line, "    certificate-authority: ca.pem", StringComparison.Ordinal), Cancellation);
        (await VersionAsync()).ShouldStartWith("v1.");
    }

    [Theory]
    [InlineData("")]
    [InlineData("clusters: [")]
    [InlineData("apiVersion: v1\nkind: Config\n")]
    public async Task What_leads_nowhere_is_refused(string text)
    {
        await System.IO.File.WriteAllTextAsync(File, text, Cancellation);
        (await Should.ThrowAsync<KubeconfigException>(VersionAsync)).Kind.ShouldBe(FailureKind.Refused);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_named() =>
        (await Should.ThrowAsync<KubeconfigException>(VersionAsync)).Message.ShouldContain(File);

    string BearerLine => cluster.Kubeconfig.Split('\n').Single(text => text.TrimStart().StartsWith("token: ", StringComparison.Ordinal));

    string Token(string until) =>
        $$"""echo '{"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential","status":{"token":"{{BearerLine.Split(": ")[1].Trim()}}","expirationTimestamp":"{{until}}"} }'""";

    // As `aws eks get-token` is called: a program that prints a token, and until when it is good.
    async Task WriteAsync(string plugin)
    {
        var script = Path.Combine(folder.FullName, "plugin");
        await System.IO.File.WriteAllTextAsync(script, $"echo called >>'{Calls}'\n{plugin}\n", Cancellation);
        var exec = $"    exec:\n      apiVersion: client.authentication.k8s.io/v1beta1\n      interactiveMode: Never\n      command: /bin/sh\n      args: ['{script}']";
        await System.IO.File.WriteAllTextAsync(File, cluster.Kubeconfig.Replace(BearerLine, exec, StringComparison.Ordinal), Cancellation);
    }

    Task<string> VersionAsync()
    {
        var context = cluster.Kubeconfig.Split('\n').Single(text => text.StartsWith("current-context: ", StringComparison.Ordinal)).Split(": ")[1];
        return new ClusterReader(new RegionSpec { Name = "eu", Context = context, Overlay = "" }, new ClusterSettings { Kubeconfig = File }, TimeProvider.System).VersionAsync(Cancellation);
    }
}
