using System.Net;
using Maily.Deploy.Kubernetes;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Sandbox.Kubernetes;
using Maily.Deploy.Sandbox.Kubernetes.Faults;

namespace Maily.Deploy.Rehearsals.Kubernetes;

/// <summary>Each stage and step reads a cluster by a reader of its own: what one learns of the cluster's limits holds for all.</summary>
public sealed class RequestLimitTests : IAsyncLifetime
{
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(4);

    EmbeddedCluster cluster = null!;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => cluster = await EmbeddedCluster.StartAsync(ct: Token);

    public ValueTask DisposeAsync() => cluster.DisposeAsync();

    [Fact]
    public async Task A_cluster_that_tells_one_reader_that_it_is_busy_is_left_alone_by_all()
    {
        var (one, other) = (Reader(), Reader());
        using var fault = cluster.Faults.Add(new ApiFault { Status = HttpStatusCode.TooManyRequests, RetryAfter = Pause, Times = 1 });
        (await Should.ThrowAsync<ClusterRefusedException>(() => one.VersionAsync(Token))).Status.ShouldBe(429);
        var start = TimeProvider.System.GetTimestamp();

        await other.VersionAsync(Token);

        // It was told before the clock was started, hence a little less than asked for.
        TimeProvider.System.GetElapsedTime(start).ShouldBeGreaterThan(Pause / 2);
    }

    [Fact]
    public async Task All_readers_together_send_no_more_requests_at_once_than_one_cluster_gets()
    {
        const int Many = 12;
        var slow = new ApiFault { Delay = TimeSpan.FromMilliseconds(200), Times = Many };
        using var fault = cluster.Faults.Add(slow);
        var start = TimeProvider.System.GetTimestamp();

        await Task.WhenAll(Enumerable.Range(0, Many).Select(_ => Reader().VersionAsync(Token)));

        // Two at once: six times one after another.
        TimeProvider.System.GetElapsedTime(start).ShouldBeGreaterThan(TimeSpan.FromMilliseconds(200 * Many / 2 * 0.9));
    }

    ClusterReader Reader() => new(
        new RegionSpec { Name = "eu-west-1", Context = "maily-embedded", Overlay = "" }, new ClusterSettings { Kubeconfig = cluster.KubeconfigPath, Retries = 0, Parallel = 2 }, TimeProvider.System);
}
