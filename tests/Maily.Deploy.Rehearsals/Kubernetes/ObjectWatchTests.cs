using System.Collections.Concurrent;
using Maily.Deploy.Kubernetes;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Sandbox.Kubernetes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Maily.Deploy.Rehearsals.Kubernetes;

/// <summary>A server of which each answer is written down: what an API does when it forgets, ends and cuts watches.</summary>
public sealed class ObjectWatchTests : IAsyncLifetime
{
    const string Expired = """{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old resource version: 11 (20)"} }""";

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("maily-watch-");
    readonly LoopbackCertificates certificates = new(TimeProvider.System);
    readonly ConcurrentQueue<string> asked = [];
    WebApplication server = null!;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        server = LoopbackServer.Build(AnswerAsync, certificates);
        await server.StartAsync(Token);
        KubeconfigFile.Write(folder.FullName, KubeconfigFile.Text("scripted", new Uri(server.Urls.First()), certificates.AuthorityPem, "token"));
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await server.StopAsync(now.Token);
        await server.DisposeAsync();
        certificates.Dispose();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task An_expired_watch_is_listed_again_and_an_ended_one_goes_on_from_its_last_bookmark()
    {
        var settings = new ClusterSettings { Kubeconfig = Path.Combine(folder.FullName, "kubeconfig") };
        var cluster = new ClusterReader(new RegionSpec { Name = "eu", Context = "scripted", Overlay = "" }, settings, TimeProvider.System);
        var watch = new ObjectWatch(cluster, "v1", "Pod", "maily", TimeProvider.System);
        var complete = new TaskCompletionSource();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);

        var following = watch.FollowAsync(() =>
        {
            if (asked.Contains("watch 25") && watch.All.Select(item => item.Key.Name).SequenceEqual(["b"])) complete.TrySetResult();
        }, stop.Token);
        await complete.Task.WaitAsync(TimeSpan.FromSeconds(20), Token);
        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(following);
        // Twice refused: once in the stream of the watch, once before it was opened.
        asked.ShouldBe(["list", "watch 10", "list", "watch 20", "list", "watch 24", "watch 25"]);
    }

    async Task AnswerAsync(HttpContext http)
    {
        if (http.Request.Path == "/api/v1")
        {
            await WriteAsync(http, """{"resources":[{"name":"pods","kind":"Pod","namespaced":true}]}""");
            return;
        }

        var version = http.Request.Query["resourceVersion"].ToString();
        var lists = asked.Count(item => item == "list");
        asked.Enqueue(version.Length == 0 ? "list" : $"watch {version}");
        switch (version)
        {
            case "" when lists == 0:
                await WriteAsync(http, List(10, "a"));
                break;
            case "":
                await WriteAsync(http, List(lists == 1 ? 20 : 24, "b", "c"));
                break;
            case "10":
                await WriteAsync(http, $"{Event("ADDED", "b", 11)}\n{Expired}\n");
                break;
            case "20":
                http.Response.StatusCode = StatusCodes.Status410Gone;
                break;
            case "24":
                await WriteAsync(http, $"{Event("BOOKMARK", "", 25)}\n");
                break;
            default:
                await WriteAsync(http, $"{Event("DELETED", "c", 26)}\n");
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted);
                break;
        }
    }

    static async Task WriteAsync(HttpContext http, string text)
    {
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(text, http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
    }

    static string List(int version, params string[] names) =>
        $$"""{"metadata":{"resourceVersion":"{{version}}"},"items":[{{string.Join(',', names.Select(name => $$"""{"metadata":{"name":"{{name}}"} }"""))}}]}""";

    static string Event(string type, string name, int version) =>
        $$"""{"type":"{{type}}","object":{"metadata":{"name":"{{name}}","resourceVersion":"{{version}}"} } }""";
}
