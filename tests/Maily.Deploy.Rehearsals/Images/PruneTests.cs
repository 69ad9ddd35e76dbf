using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Deployments.Leases;
using Maily.Deploy.Deployments.Releases;
using Maily.Deploy.Deployments.Stores;
using Maily.Deploy.Images;
using Maily.Deploy.Images.Pruning;
using Maily.Deploy.Kubernetes;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Rehearsals.Kubernetes;
using Maily.Deploy.Rehearsals.Sandbox;
using Maily.Deploy.Sandbox.Kubernetes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maily.Deploy.Rehearsals.Images;

/// <summary>A real registry is cleaned: what release records or live workloads use stays.</summary>
public sealed class PruneTests(SandboxFixture fixture) : IAsyncLifetime
{
    // By then all images are old.
    static readonly TimeProvider NextYear = new LaterTime(TimeSpan.FromDays(365));

    ImageFolder folder = null!;
    FileDeploymentStore store = null!;
    string[] digests = [];

    static CancellationToken Token => TestContext.Current.CancellationToken;

    string Name => folder.Image.Name;

    public async ValueTask InitializeAsync()
    {
        folder = await ImageFolder.CreateAsync(fixture);
        store = new FileDeploymentStore(Path.Combine(fixture.Folder, Name, "prune-store"), NextYear);
        var pushed = new List<string>();
        foreach (var number in new[] { 1, 2, 3, 4 })
        {
            folder.Write("Dockerfile", $"FROM {folder.Base}\nRUN echo {number}\n");
            var run = await folder.BuildAndPush().RunAsync($"{number}123456789abcdef0123456789abcdef01234567", Token);
            run.Failure.ShouldBeNull();
            pushed.Add(run.Outputs("PushImages", Name)["digest"]!);
        }

        digests = [.. pushed];
    }

    public async ValueTask DisposeAsync()
    {
        await store.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task What_nobody_uses_is_listed_first_and_deleted_on_consent()
    {
        await ReleaseAsync(digests[1]);
        var pruning = Pruning(live: digests[2]);

        var listed = await pruning.RunAsync(store, Request(), delete: false, Token);
        (await ServedAsync()).ShouldBe([true, true, true, true]);
        var deleted = await pruning.RunAsync(store, Request(), delete: true, Token);

        listed.Where(decision => decision.Goes).Select(decision => decision.Stored.Digest).ShouldBe([digests[0]]);
        deleted.Select(decision => $"{decision.Stored.Digest} {decision.Goes}").ShouldBe(listed.Select(decision => $"{decision.Stored.Digest} {decision.Goes}"));
        (await ServedAsync()).ShouldBe([false, true, true, true]);
        listed.Single(decision => decision.Stored.Digest == digests[1]).Reason.ShouldContain("used by the release 2026");
        listed.Single(decision => decision.Stored.Digest == digests[2]).Reason.ShouldBe("used by Deployment maily/api in eu-west-1");
        listed.Single(decision => decision.Stored.Digest == digests[3]).Reason.ShouldBe("the newest");
        (await pruning.RunAsync(store, Request(), delete: true, Token)).ShouldAllBe(decision => !decision.Goes);
    }

    [Fact]
    public async Task Only_so_many_releases_keep_their_images()
    {
        foreach (var digest in digests)
            await ReleaseAsync(digest);

        var decisions = await (Pruning() with { Retention = new() { Age = TimeSpan.FromDays(1), Releases = 2 } }).RunAsync(store, Request(), delete: false, Token);

        decisions.Where(decision => decision.Goes).Select(decision => decision.Stored.Digest).ShouldBe([digests[0], digests[1]], ignoreOrder: true);
    }

    [Fact]
    public async Task Where_records_or_workloads_cannot_be_read_nothing_is_deleted()
    {
        await Should.ThrowAsync<NothingKnownToBeUsedException>(() => Pruning().RunAsync(store, Request(), delete: true, Token));
        await ReleaseAsync(digests[1]);
        var unreachable = new RegionSpec { Name = "eu-west-1", Context = "maily-embedded", Overlay = "" };
        await using var cluster = await EmbeddedCluster.StartAsync(ct: Token);
        var clusters = new ClusterSettings { Kubeconfig = cluster.KubeconfigPath, Retries = 0 };
        cluster.Faults.Add(new Maily.Deploy.Sandbox.Kubernetes.Faults.ApiFault { Status = HttpStatusCode.Forbidden, Times = 1000 });

        await Should.ThrowAsync<ClusterRefusedException>(() => (Pruning() with { LiveAsync = token => LiveImages.ReadAsync([unreachable], clusters, TimeProvider.System, token) })
            .RunAsync(store, Request(), delete: true, Token));

        (await ServedAsync()).ShouldBe([true, true, true, true]);
    }

    [Fact]
    public async Task What_another_environment_pushed_stays_unless_its_records_are_read_too()
    {
        await ReleaseAsync(digests[1]);
        await folder.TagAsync(Name, digests[0], "env-staging-c-0123456789abcdef", Token);

        (await Pruning().RunAsync(store, Request(), delete: true, Token)).Single(decision => decision.Stored.Digest == digests[0]).Reason.ShouldContain("staging");
        await ReleaseAsync(digests[1], "staging");
        (await Pruning().RunAsync(store, Request(), delete: true, Token)).Single(decision => decision.Stored.Digest == digests[0]).Goes.ShouldBeTrue();

        (await folder.ServedAsync(Name, digests[0], Token)).ShouldBeNull();
    }

    [Fact]
    public async Task While_a_deployment_is_at_work_nothing_is_deleted()
    {
        await ReleaseAsync(digests[1]);
        await store.TryAcquireAsync("sandbox", new LeaseHolder("another", "u", "h", 1), TimeSpan.FromMinutes(1), Token);

        await Should.ThrowAsync<LeaseHeldException>(() => Pruning().RunAsync(store, Request(), delete: true, Token));

        (await ServedAsync()).ShouldBe([true, true, true, true]);
    }

    [Theory]
    [InlineData("sandbox")]
    [InlineData("staging")]
    public async Task Nothing_is_decided_while_a_deployment_is_unfinished_in_whichever_environment(string environment)
    {
        await ReleaseAsync(digests[1]);
        var id = DeploymentId.Create(TimeProvider.System, ImageFolder.Commit);
        var header = new DeploymentHeader(id.Value, environment, ImageFolder.Commit, "u@h", id.BeganAt, ["PushImages"], []);
        var (_, lease) = await store.TryAcquireAsync(environment, new LeaseHolder(id.Value, "u", "h", 1), TimeSpan.FromMinutes(1), Token);
        await store.AppendAsync(lease, id, new JournalRecord
        {
            Sequence = 1, At = id.BeganAt, FencingNumber = lease.FencingNumber, Event = JournalEvent.Started, Text = JsonSerializer.Serialize(header, DeploymentJson.Line),
        }, Token);
        await store.ReleaseAsync(lease, Token);

        (await Should.ThrowAsync<UnfinishedDeploymentException>(() => Pruning().RunAsync(store, Request(), delete: true, Token))).Fact.ShouldContain(id.Value);
        (await ServedAsync()).ShouldBe([true, true, true, true]);
    }

    [Fact]
    public async Task A_registry_that_forbids_deletion_says_how_to_allow_it()
    {
        await ReleaseAsync(digests[1]);
        using var forbidding = new ForbiddingRegistry(folder.Settings.Registry.Uri);
        var settings = folder.Settings with { Registry = new RegistryAddress($"127.0.0.1:{forbidding.Port}", "") };

        var refused = await Should.ThrowAsync<DeletionForbiddenException>(() => (Pruning() with { Settings = settings }).RunAsync(store, Request(), delete: true, Token));

        refused.Remedy.ShouldContain("REGISTRY_STORAGE_DELETE_ENABLED=true");
        (await ServedAsync()).ShouldBe([true, true, true, true]);
    }

    [Fact]
    public async Task Live_images_are_those_of_workloads_and_pods_in_every_namespace()
    {
        await using var cluster = await EmbeddedCluster.StartAsync(ct: Token);
        using var api = new ClusterApi(cluster.KubeconfigPath);
        (await api.Post("/api/v1/namespaces", """{"metadata":{"name":"other"}}""")).Is(HttpStatusCode.Created);
        (await api.Post("/apis/apps/v1/namespaces/other/deployments",
            """{"metadata":{"name":"web"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"initContainers":[{"name":"i","image":"registry.example/init@sha256:1"}],"containers":[{"name":"c","image":"registry.example/web@sha256:2"}]}}}}""")).Is(HttpStatusCode.Created);

        var live = await LiveImages.ReadAsync([new RegionSpec { Name = "eu-west-1", Context = "maily-embedded", Overlay = "" }], new ClusterSettings { Kubeconfig = cluster.KubeconfigPath }, TimeProvider.System, Token);

        live.Keys.ShouldBe(["registry.example/init@sha256:1", "registry.example/web@sha256:2"], ignoreOrder: true);
        live["registry.example/web@sha256:2"].ShouldEndWith(" in eu-west-1");
    }

    ImagePruning Pruning(string? live = null) => new()
    {
        Images = [folder.Image], Settings = folder.Settings, Environments = ["sandbox", "staging"],
        LiveAsync = _ => Task.FromResult(live is null ? ImmutableDictionary<string, string>.Empty
            : ImmutableDictionary<string, string>.Empty.Add($"{folder.Settings.Registry}/{Name}@{live}", "Deployment maily/api in eu-west-1")),
        Retention = new() { Age = TimeSpan.FromDays(1) },
    };

    static DeploymentRequest Request() => new()
    {
        Id = DeploymentId.Create(TimeProvider.System, ImageFolder.Commit), Environment = "sandbox", Commit = ImageFolder.Commit, Folder = Path.GetTempPath(),
        Log = NullLogger.Instance, Time = NextYear,
    };

    async Task ReleaseAsync(string digest, string environment = "sandbox")
    {
        var (granted, lease) = await store.TryAcquireAsync(environment, new LeaseHolder("test", "u", "h", 1), TimeSpan.FromMinutes(1), Token);
        granted.ShouldBeTrue();
        await store.AddReleaseAsync(lease, new ReleaseRecord
        {
            Deployment = DeploymentId.Create(TimeProvider.System, ImageFolder.Commit), Environment = environment, Commit = ImageFolder.Commit, At = TimeProvider.System.GetUtcNow(),
            Images = ImmutableSortedDictionary<string, string>.Empty.Add(Name, $"{folder.Settings.Registry}/{Name}@{digest}"),
        }, Token);
        await store.ReleaseAsync(lease, Token);
    }

    async Task<bool[]> ServedAsync() => await Task.WhenAll(digests.Select(async digest => await folder.ServedAsync(Name, digest, Token) is not null));
}
